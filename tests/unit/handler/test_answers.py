"""Whatever the work raises or returns, what Lambda gets is an answer that it can read, or an error: AWS then hands all back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.worker import AlreadyDone, NonRetryable, Settings
from handlers.worker.outcomes import BatchError
from tests.unit.handler.world import DLQ, QUEUE, Context, Job, Run, Sqs, body, record


class WithoutTextError(Exception):
    """An error that cannot even say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


def _raises(error: Any) -> Callable[[], Any]:
    def act() -> Any:
        raise error

    return act


REFUSED: Any = {"Error": {"Code": "Throttling", "Message": "x"}}
ERRORS: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(
            RuntimeError("away"),
            RuntimeError(),
            ValueError("\x00 {}"),
            KeyError(None),
            WithoutTextError(),
            OSError(5, "io"),
        ),
        *(NonRetryable("no"), NonRetryable(""), NonRetryable("\x00" * 2_000), AlreadyDone(), AlreadyDone({"a": 1})),
        *(ClientError(REFUSED, "PutItem"), RecursionError(), MemoryError(), StopIteration(), TimeoutError(), Exception),
        ExceptionGroup("several", [RuntimeError("a"), NonRetryable("b")]),
    ]
)
RESULTS = st.sampled_from(
    [None, True, False, 0, "", "m0", b"x", [], {}, {"batchItemFailures": [{"itemIdentifier": "other"}]}, object()]
)
ACTS = ERRORS.map(_raises) | RESULTS.map(lambda result: lambda: result)
FINAL = st.sampled_from([SystemExit(0), SystemExit(1), KeyboardInterrupt(), GeneratorExit()]).map(_raises)
"""What is no Exception: it ends the whole invocation."""
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def is_readable(answer: Any, ids: set[str]) -> bool:
    """By Lambda's rules, and with nothing twice (Lambda developer guide, reporting batch item failures)."""
    if (
        not isinstance(answer, dict)
        or list(answer) != ["batchItemFailures"]
        or not isinstance(answer["batchItemFailures"], list)
    ):
        return False
    named = [item.get("itemIdentifier") for item in answer["batchItemFailures"] if isinstance(item, dict) and len(item) == 1]
    return len(named) == len(answer["batchItemFailures"]) == len(set(named)) and set(named) <= ids


def worker_of(acts: dict[str, Callable[[], Any]], *, fifo: bool, dlq: bool, sends_fail: bool, partial: bool = True) -> Run:
    suffix = ".fifo" if fifo else ""
    variables = {"WORKER_QUEUE_URL": f"{QUEUE}{suffix}", "WORKER_PARTIAL_BATCH_RESPONSES": str(partial).lower()}
    variables |= {"WORKER_DEAD_LETTER_QUEUE_URL": f"{DLQ}{suffix}"} if dlq else {}

    def handle(job: Job) -> None:
        return acts[job.id]()  # type: ignore[no-any-return]

    return Run(handle, Settings.from_environment(variables), Sqs(fails=lambda *_: sends_fail))


def records_of(count: int, *, fifo: bool, odd: list[str]) -> list[dict[str, Any]]:
    group: dict[str, Any] = {"group": "g"} if fifo else {}
    good = [record(f"m{number}", body(f"m{number}"), **group) for number in range(count)]
    return [*good, *(record(f"odd{number}", text, **group) for number, text in enumerate(odd))]


def answer_of(run: Run, records: list[dict[str, Any]]) -> Any:
    return run.worker({"Records": records}, Context())  # type: ignore[arg-type]


@MANY
@given(st.lists(ACTS, min_size=1, max_size=10), st.booleans(), st.booleans(), st.booleans(), st.lists(st.text(), max_size=3))
def test_an_answer_is_readable_and_names_messages_of_its_event_alone(
    acts: list[Callable[[], Any]], fifo: bool, dlq: bool, sends_fail: bool, odd: list[str]
) -> None:
    run = worker_of({f"m{number}": act for number, act in enumerate(acts)}, fifo=fifo, dlq=dlq, sends_fail=sends_fail)
    records = records_of(len(acts), fifo=fifo, odd=odd)
    assert is_readable(answer_of(run, records), {item["messageId"] for item in records})


@MANY
@given(st.lists(ACTS, min_size=1, max_size=10), st.booleans())
def test_without_partial_answers_a_failure_fails_the_batch(acts: list[Callable[[], Any]], dlq: bool) -> None:
    run = worker_of({f"m{number}": act for number, act in enumerate(acts)}, fifo=False, dlq=dlq, sends_fail=True, partial=False)
    records = records_of(len(acts), fifo=False, odd=[])
    try:
        answer = answer_of(run, records)
    except BatchError:
        return
    assert answer == {"batchItemFailures": []}


@MANY
@given(st.lists(ACTS, max_size=5), FINAL, st.booleans())
def test_what_ends_the_invocation_is_never_turned_into_an_answer(
    acts: list[Callable[[], Any]], last: Callable[[], Any], fifo: bool
) -> None:
    run = worker_of({f"m{number}": act for number, act in enumerate([last, *acts])}, fifo=fifo, dlq=True, sends_fail=False)
    with pytest.raises((SystemExit, KeyboardInterrupt, GeneratorExit)):
        answer_of(run, records_of(1 + len(acts), fifo=fifo, odd=[]))


@pytest.mark.parametrize(
    "answer",
    [None, "oops", [], {}, {"batchItemFailures": None}, {"batchItemFailures": ["a"]}, {"batchItemFailures": [{"id": "a"}]},
     {"batchItemFailures": [{"itemIdentifier": ""}]}, {"batchItemFailures": [{"itemIdentifier": "b"}]},
     {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "a"}]}],
)  # fmt: skip
def test_answers_that_aws_cannot_read_are_seen(answer: Any) -> None:
    """The negative control."""
    assert not is_readable(answer, {"a"})
    assert is_readable({"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"})
