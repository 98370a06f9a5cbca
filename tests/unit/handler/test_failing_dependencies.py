"""Whatever fails around the work, the answer lists exactly the messages that must be retried, for this batch and the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from queuesmith_worker.outcomes import BatchError
from queuesmith_worker.worker import Worker
from tests.unit.handler.batches import DEAD, DONE, KINDS, MAX_RECEIVES, Environment, Item, Mode, RecordingJob
from tests.unit.handler.dependencies import Faults
from tests.unit.handler.test_responses import is_readable
from tests.unit.handler.world import metrics


def coming_back(items: Sequence[Item], begun: Sequence[str], mode: Mode, faults: Faults) -> set[str]:
    """The model of the rules. `begun` tells which messages there was time for."""
    returned: set[str] = set()
    waiting: set[str] = set()
    for item in items:
        if item.group in waiting:
            assert item.id not in begun, "begun behind one of its group that comes back"
            returned.add(item.id)
            continue
        if item.id not in begun:
            assert faults.time_moves, "there was time for it"
            fails, last = True, False
        else:
            fails = item.kind not in DONE and not (item.kind in DEAD and mode.dlq and faults.copies_arrive)
            last = mode.last_known and item.receives >= MAX_RECEIVES
        if fails:
            returned.add(item.id)
            if mode.fifo and not last:
                waiting.add(item.group)
    return returned


def answers_hold(mode: Mode, batches: Sequence[tuple[Sequence[Item], Faults]]) -> None:
    """Each answer agrees with the model."""
    environment = Environment(mode)
    for items, faults in batches:
        try:
            answer = environment.answer(items, faults)
        except BatchError:
            assert not mode.partial
            assert coming_back(items, RecordingJob.begun, mode, faults), "all failed because of none"
            continue
        assert is_readable(answer, {item.id for item in items})
        named = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        assert named == coming_back(items, RecordingJob.begun, mode, faults)
        assert mode.partial or not named
        assert len(RecordingJob.begun) == len(set(RecordingJob.begun)), "twice in one batch"
        if faults == Faults():
            assert sum(metrics(environment.around.printed).values()) >= len(items), "it counts as before"
            assert "total 0" not in environment.around.printed, "it has what another batch has left"


ITEMS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from("abc"), st.integers(1, MAX_RECEIVES + 1)), min_size=1, max_size=10
).map(lambda drawn: [Item(f"m{number}", *each) for number, each in enumerate(drawn)])
SEGMENTS = [f"{what} {name}" for what in ("begin", "annotate", "end") for name in ("## message", "## _run")]
OPERATIONS = st.frozensets(st.sampled_from(["SendMessage", "ChangeMessageVisibility"]))
FAULTS: st.SearchStrategy[Faults] = st.builds(
    Faults,
    metrics=st.sampled_from([None, "add_metric", "flush_metrics", "clear_metrics", "metadata", "dimensions"]),
    log=st.sampled_from([None, "filter", "handler filter", "emit"]),
    traces=st.frozensets(st.sampled_from(SEGMENTS)),
    refused=OPERATIONS,
    lost=OPERATIONS,
    seconds=st.dictionaries(
        st.sampled_from(["work", "SendMessage", "ChangeMessageVisibility"]),
        st.sampled_from([0.0, 0.1, 1.9, 12.0, 1e9, -1.0, -1e9]),
    ),
)
BATCHES = st.lists(st.tuples(ITEMS, st.just(Faults()) | FAULTS), min_size=1, max_size=3)
MODES = st.builds(Mode, *[st.booleans()] * 6, st.sampled_from([1, 4]))
GOOD = [Item("m0"), Item("m1")]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(MODES, BATCHES)
@example(Mode(), [(GOOD, Faults(metrics="metadata")), (GOOD, Faults())])
@example(Mode(), [(GOOD, Faults(metrics="dimensions")), (GOOD, Faults())])
@example(Mode(), [([Item("m0", "cancelled"), Item("m1")], Faults())])
@example(Mode(fifo=True), [([Item("m0", "fails"), Item("m1"), Item("m2", group="b")], Faults(log="filter"))])
@example(Mode(fifo=True, concurrency=4), [([Item("m0", "fails"), Item("m1"), Item("m2", group="b")], Faults(log="filter"))])
@example(Mode(tracing=True, concurrency=4), [(GOOD, Faults(traces=frozenset(SEGMENTS)))])
@example(Mode(tracing=True), [(GOOD, Faults(traces=frozenset(SEGMENTS)))])
def test_response_is_right_if_logs_metrics_or_traces_fail(mode: Mode, batches: list[tuple[list[Item], Faults]]) -> None:
    answers_hold(mode, batches)


@pytest.mark.parametrize("named", [[], ["m0", "m1"], ["m1"]])
def test_response_that_names_other_messages_is_detected(named: list[str]) -> None:
    def call(worker: Any, event: Any, context: Any) -> Any:
        worker._call(event, context)
        return {"batchItemFailures": [{"itemIdentifier": each} for each in named]}

    with mock.patch.object(Worker, "__call__", call), pytest.raises(AssertionError):
        answers_hold(Mode(), [([Item("m0", "fails"), Item("m1")], Faults())])


@pytest.mark.parametrize("fault", SEGMENTS)
def test_tracing_failure_is_logged_and_messages_are_processed_once(fault: str) -> None:
    environment = Environment(Mode(tracing=True))
    answer = environment.answer([Item("m0", "fails"), Item("m1")], Faults(traces=frozenset({fault})))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert RecordingJob.begun == ["m0", "m1"]
    lines = {line["message"]: line for line in environment.run.lines()}
    assert lines["trace not written"]["reason"] == f"RuntimeError: no {fault.split(maxsplit=1)[0]}"


def test_each_message_has_a_segment_with_its_outcome() -> None:
    environment = Environment(Mode(tracing=True))
    environment.answer([Item("m0", "fails"), Item("m1")], Faults())
    traces = environment.around.traces
    assert traces.opened == ["## _run", "## message", "## message"]
    assert [value for key, value in traces.notes if key == "outcome"] == ["Failed", "Processed"]


@pytest.mark.parametrize("fault", ["add_metric", "flush_metrics", "metadata", "dimensions"])
def test_metrics_that_cannot_be_written_do_not_reach_the_next_batch(fault: str) -> None:
    environment = Environment(Mode())
    environment.answer(GOOD, Faults(metrics=fault))
    assert environment.around.printed == ""
    (line,) = (line for line in environment.run.lines() if line["message"] == "metrics not written")
    assert line["level"] == "ERROR"
    environment.answer(GOOD, Faults())
    assert metrics(environment.around.printed) == {"Processed": 2}


def test_disabled_metrics_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment(Mode())
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    environment.answer(GOOD, Faults(metrics="metadata"))
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    environment.answer(GOOD, Faults())
    assert metrics(environment.around.printed) == {"Processed": 2}


@pytest.mark.parametrize("fault", ["filter", "handler filter", "emit"])
def test_line_that_cannot_be_written_is_reported_on_stderr(fault: str) -> None:
    environment = Environment(Mode())
    environment.answer(GOOD, Faults(log=fault))
    assert environment.around.complaints == "log line not written (RuntimeError): message processed\n" * 2
