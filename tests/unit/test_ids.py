"""Names of tests: short, and for parametrized ones with the tested value, the same in every process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from botocore.exceptions import ClientError

from queuesmith.common.errors import UsageError
from tests.conftest import ROOT
from tests.ids import LONGEST, name_of


@dataclass
class Limit:
    least: int = 1
    most: int = 10


def a_function() -> None: ...


THROTTLED = ClientError({"Error": {"Code": "Throttling", "Message": "slow down"}}, "SendMessage")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (["check", "--quiet"], "check --quiet"),
        ([], "nothing"),
        ("", "nothing"),
        ({"queue": {"fifo": True}, "name": ""}, 'queue={fifo=True}, name=""'),
        ({}, "{}"),
        (({"timeout": 1},), "timeout=1"),
        ({"b", "a"}, "a b"),
        (Limit(most=20), "most=20"),
        ([Limit(most=20), 5], "Limit(most=20) 5"),
        (date(2026, 11, 23), "2026-11-23"),
        (THROTTLED, "Throttling"),
        (UsageError("no"), "UsageError"),
        (b"printed", "printed"),
        (b"\x00", "argument"),
        (a_function, "a_function"),
        (lambda: None, "argument"),
        ({"a": "ä\n"}, r"a=\xe4"),
        ("x" * 1_000, "x*1000"),
    ],
)
def test_value_has_a_name(value: Any, name: str) -> None:
    assert name_of(value, "argument") == name


@pytest.mark.parametrize("value", [5, 1.5, True, None, "short"], ids=str)
def test_simple_values_are_named_by_pytest(value: Any) -> None:
    assert name_of(value, "argument") is None


def test_name_is_short() -> None:
    name = name_of({f"key{number}": number for number in range(50)}, "argument")
    assert name is not None
    assert len(name) == LONGEST
    assert name.endswith("...")


def test_value_without_a_stable_text_has_no_name() -> None:
    assert name_of(object(), "argument") is None


def test_names_of_tests_have_at_most_70_characters() -> None:
    names = [name for path in ROOT.glob("tests/**/test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())]
    assert len(names) > 1_000
    assert [name for name in names if len(name) > 70] == []
