"""The rule book, rule by rule: just inside and just outside each limit, unset and unknown."""

from __future__ import annotations

import pytest

from queuesmith.rules import Function, Mapping, Pipeline, Queue, Severity, judge


def pipeline(visibility: int | None, timeout: int | None, window: int | None = 0) -> Pipeline:
    return Pipeline("orders", Queue(visibility), Function(timeout), Mapping(window))


@pytest.mark.parametrize(("visibility", "timeout"), [(31, 30), (180, 30), (901, 900)])
def test_visibility_above_the_function_timeout_is_accepted(visibility: int, timeout: int) -> None:
    assert judge(pipeline(visibility, timeout)) == []


@pytest.mark.parametrize(("visibility", "timeout"), [(0, 1), (1, 1), (29, 30), (30, 30)])
def test_visibility_at_or_below_the_function_timeout_is_an_error(visibility: int, timeout: int) -> None:
    (finding,) = judge(pipeline(visibility, timeout))
    assert (finding.rule, finding.severity, finding.attribute) == ("QL001", Severity.ERROR, "queue.visibility_timeout")


def test_the_finding_names_both_numbers_why_and_what_to_set() -> None:
    (finding,) = judge(pipeline(30, 60, 5))
    assert finding.message == (
        "queue.visibility_timeout is 30 s, but function.timeout is 60 s: a message becomes visible again while the function "
        "still works on it, and is worked twice"
    )
    assert finding.remedy == (
        "Leave queue.visibility_timeout out (it is then 365 s: 6 × function timeout + batching window), or set it above 60"
    )


@pytest.mark.parametrize(("visibility", "timeout"), [(None, 30), (30, None), (None, None), (0, 0)])
def test_what_is_not_known_is_not_judged(visibility: int | None, timeout: int | None) -> None:
    assert judge(pipeline(visibility, timeout)) == []
