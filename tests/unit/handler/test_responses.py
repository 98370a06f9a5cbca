"""Whatever the work raises or returns, Lambda gets an answer that it can read, or an error that returns the whole batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queuesmith_worker import AlreadyDone, HandlerSettings, NonRetryable
from queuesmith_worker.outcomes import BatchError
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL, FakeSqs
from tests.unit.handler.world import Job, Run, body, record


class WithoutTextError(Exception):
    """An error whose text cannot be read."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


def _raises(error: Any) -> Callable[[], Any]:
    def act() -> Any:
        raise error

    return act


Kind = Literal["done", "never", "fails"]
Act = tuple[Kind, Callable[[], Any]]
"""How a message must end, and what its work does. `done`: it is deleted. `never`: it goes to the DLQ, or
fails if it cannot. `fails`: it is retried.
"""
REFUSED: Any = {"Error": {"Code": "Throttling", "Message": "x"}}
FAILURES: tuple[Any, ...] = (
    *(RuntimeError("away"), RuntimeError(), ValueError("\x00 {}"), KeyError(None), OSError(5, "io"), WithoutTextError()),
    *(ClientError(REFUSED, "PutItem"), RecursionError(), MemoryError(), StopIteration(), TimeoutError(), Exception),
    *(ExceptionGroup("several", [RuntimeError("a"), NonRetryable("b")]), asyncio.CancelledError("stopped")),
    BaseExceptionGroup("tasks", [asyncio.CancelledError(), BaseExceptionGroup("inner", [asyncio.CancelledError()])]),
)
NEVER = (NonRetryable("no"), NonRetryable(""), NonRetryable("\x00" * 2_000))
DONE = (AlreadyDone(), AlreadyDone({"a": 1}))
RESULTS: tuple[Any, ...] = (
    *(None, True, False, 0, "", "m0", b"x", [], {}, object(), ValueError("returned, not raised")),
    {"batchItemFailures": [{"itemIdentifier": "other"}]},
)


def _of(kind: Kind, acts: list[Callable[[], Any]]) -> st.SearchStrategy[Act]:
    return st.sampled_from(acts).map(lambda act: (kind, act))


ACTS: st.SearchStrategy[Act] = (
    _of("fails", [_raises(error) for error in FAILURES])
    | _of("never", [_raises(error) for error in NEVER])
    | _of("done", [*(_raises(error) for error in DONE), *((lambda result=result: result) for result in RESULTS)])
)
SOME_ACTS = st.lists(ACTS, min_size=1, max_size=10)
FINAL = st.sampled_from(
    [
        *(SystemExit(0), SystemExit(1), KeyboardInterrupt(), GeneratorExit()),
        BaseExceptionGroup("tasks", [RuntimeError("a"), BaseExceptionGroup("inner", [KeyboardInterrupt()])]),
    ]
).map(_raises)
"""Exceptions that are meant for the process. They end the whole invocation."""
THREADS = st.sampled_from([1, 4])
"""The worker's concurrency."""
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def is_readable(answer: Any, ids: set[str]) -> bool:
    """Whether Lambda can read the answer, without duplicates (Lambda developer guide, reporting batch item failures)."""
    if (
        not isinstance(answer, dict)
        or list(answer) != ["batchItemFailures"]
        or not isinstance(answer["batchItemFailures"], list)
    ):
        return False
    named = [item.get("itemIdentifier") for item in answer["batchItemFailures"] if isinstance(item, dict) and len(item) == 1]
    return len(named) == len(answer["batchItemFailures"]) == len(set(named)) and set(named) <= ids


def worker_of(
    acts: list[Callable[[], Any]], *, fifo: bool, dlq: bool, sends_fail: bool, partial: bool = True, concurrency: int = 1
) -> Run:
    suffix = ".fifo" if fifo else ""
    variables = {"WORKER_QUEUE_URL": f"{QUEUE_URL}{suffix}", "WORKER_PARTIAL_BATCH_RESPONSES": str(partial).lower()}
    variables["WORKER_CONCURRENCY"] = str(concurrency)
    variables |= {"WORKER_DEAD_LETTER_QUEUE_URL": f"{DLQ_URL}{suffix}"} if dlq else {}

    def handle(job: Job) -> None:
        return acts[int(job.id[1:])]()  # type: ignore[no-any-return]

    return Run(handle, HandlerSettings.from_environment(variables), FakeSqs(lambda *_: sends_fail))


def records_of(count: int, *, fifo: bool, odd: list[str]) -> list[dict[str, Any]]:
    group: dict[str, Any] = {"group": "g"} if fifo else {}
    good = [record(f"m{number}", body(f"m{number}"), **group) for number in range(count)]
    return [*good, *(record(f"odd{number}", text, **group) for number, text in enumerate(odd))]


def answer_of(run: Run, records: list[dict[str, Any]]) -> Any:
    return run.response({"Records": records})


def failing(acts: list[Act], odd: list[str], *, to_dlq: bool) -> set[str]:
    """The ids of the messages that must be retried."""
    kinds: dict[str, Kind] = {f"m{number}": kind for number, (kind, _) in enumerate(acts)}
    kinds |= {f"odd{number}": "never" for number in range(len(odd))}
    return {one for one, kind in kinds.items() if kind == "fails" or (kind == "never" and not to_dlq)}


@MANY
@given(
    st.lists(ACTS, min_size=1, max_size=10),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.lists(st.text(), max_size=3),
    THREADS,
)
def test_response_names_exactly_the_failed_messages(
    acts: list[Act], fifo: bool, dlq: bool, sends_fail: bool, odd: list[str], concurrency: int
) -> None:
    run = worker_of([act for _, act in acts], fifo=fifo, dlq=dlq, sends_fail=sends_fail, concurrency=concurrency)
    records = records_of(len(acts), fifo=fifo, odd=odd)
    answer = answer_of(run, records)
    assert is_readable(answer, {item["messageId"] for item in records})
    named = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
    failed = failing(acts, odd, to_dlq=dlq and not sends_fail)
    if fifo:  # all are in one group: from the first failure on
        order = [item["messageId"] for item in records]
        first = min(map(order.index, failed), default=len(order))
        assert named == set(order[first:])
    else:
        assert named == failed


@MANY
@given(SOME_ACTS, st.booleans())
def test_without_partial_responses_only_a_failure_fails_the_batch(acts: list[Act], to_dlq: bool) -> None:
    run = worker_of([act for _, act in acts], fifo=False, dlq=True, sends_fail=not to_dlq, partial=False)
    records = records_of(len(acts), fifo=False, odd=[])
    if failing(acts, [], to_dlq=to_dlq):
        with pytest.raises(BatchError):
            answer_of(run, records)
    else:
        assert answer_of(run, records) == {"batchItemFailures": []}


@MANY
@given(st.lists(ACTS, max_size=5), FINAL, st.booleans(), THREADS)
def test_errors_that_end_the_invocation_are_raised(
    acts: list[Act], last: Callable[[], Any], fifo: bool, concurrency: int
) -> None:
    run = worker_of([last, *(act for _, act in acts)], fifo=fifo, dlq=True, sends_fail=False, concurrency=concurrency)
    with pytest.raises((SystemExit, KeyboardInterrupt, GeneratorExit, BaseExceptionGroup)):
        answer_of(run, records_of(1 + len(acts), fifo=fifo, odd=[]))


@pytest.mark.parametrize(
    "answer",
    [None, "oops", [], {}, {"batchItemFailures": None}, {"batchItemFailures": ["a"]}, {"batchItemFailures": [{"id": "a"}]},
     {"batchItemFailures": [{"itemIdentifier": ""}]}, {"batchItemFailures": [{"itemIdentifier": "b"}]},
     {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "a"}]}],
)  # fmt: skip
def test_responses_that_aws_cannot_read_are_detected(answer: Any) -> None:
    """The negative control."""
    assert not is_readable(answer, {"a"})
    assert is_readable({"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"})
