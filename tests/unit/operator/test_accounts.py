"""Whatever SQS answers, each message is in one group of the account, and the account agrees with the queues' content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import given
from hypothesis import strategies as st

from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.signals import Stop
from queuesmith.operations import rate_limit
from queuesmith.operations.messages import Message
from queuesmith.operations.peeking import peek_messages
from queuesmith.operations.redriving import RedriveResult
from queuesmith.operations.redriving.copying import CopyRedrive
from queuesmith.operations.selecting import MessageFilter
from queuesmith.operations.sending import send_messages
from tests.unit.operator.conftest import DESTINATION, SOURCE
from tests.unit.operator.sqs_double import Choose, SqsDouble

FIFO = DeployedQueue(f"{DESTINATION.url}.fifo", f"{DESTINATION.arn}.fifo")
GROUPS = st.lists(st.sampled_from("abc"), max_size=24)
DESTINATIONS = st.sampled_from([DESTINATION, FIFO])


@st.composite
def faults(draw: st.DrawFn) -> Choose:
    """Faults in some of the requests, entries and responses: up to forty choices, and no faults after that."""
    wanted = draw(st.lists(st.none() | st.integers(0, 20), max_size=40))
    left = iter(wanted)

    def choose(_operation: str, possible: Sequence[str]) -> str:
        number = next(left, None)
        return "" if number is None else possible[number % len(possible)]

    return choose


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "LONGEST_PAUSE", 0.0)


def stopped_after(progress: int | None) -> tuple[Stop, Callable[[Any], None]]:
    """A stop, and a callback that sets it after this many batches."""
    stop, seen = Stop(), Counter[str]()

    def on_progress(_: Any) -> None:
        seen["batches"] += 1
        if progress is not None and seen["batches"] > progress:
            stop.set()

    return stop, on_progress


@given(faults(), GROUPS, DESTINATIONS, st.none() | st.integers(0, 2))
def test_send_accounts_for_each_message(choose: Choose, groups: list[str], queue: DeployedQueue, progress: int | None) -> None:
    sqs = SqsDouble(choose)
    stop, on_progress = stopped_after(progress)
    rejected: list[str] = []
    messages = [Message(f"{group}{number}", group=group) for number, group in enumerate(groups)]
    sent = send_messages(
        sqs,
        queue,
        messages,
        stop=stop,
        on_progress=on_progress,
        on_rejected=lambda message, why: rejected.append(message.body) if why else None,
    )
    bodies = [message.body for message in messages]
    assert sent.total == len(messages) == sent.accepted + sent.refused + sent.held_back + sent.not_sent
    accepted = Counter(bodies) - Counter(rejected)
    assert (len(rejected), accepted.total()) == (sent.rejected, sent.accepted)
    there = Counter(sqs.bodies(queue))
    assert accepted.keys() <= there.keys()
    assert len(set(rejected) & there.keys()) <= sent.possibly_sent
    assert sum(count > 1 for body, count in there.items() if body in accepted) <= sent.possibly_duplicated
    assert sent.possibly_sent <= sent.not_sent
    assert sent.possibly_duplicated <= sent.accepted


@given(faults(), GROUPS)
def test_fifo_group_waits_behind_a_message_that_may_be_missing(choose: Choose, groups: list[str]) -> None:
    sqs = SqsDouble(choose)
    messages = [Message(f"{number:02}", group=group) for number, group in enumerate(groups)]
    send_messages(sqs, FIFO, messages)
    for group in set(groups):
        there = [each.body for each in sqs.queues.get(FIFO.url, []) if each.group == group]
        of_group = [message.body for message in messages if message.group == group]
        assert there == of_group[: len(there)]


def copied(sqs: SqsDouble, destination: DeployedQueue, wanted: MessageFilter, stop: Stop, **more: Any) -> RedriveResult | None:
    """Run a redrive. Returns None if it raised AWS's error before it began."""
    dry_run, on_progress = more.get("dry_run", False), more.get("on_progress", lambda _: None)
    done = RedriveResult(SOURCE.name, destination.name)
    try:
        return CopyRedrive(sqs, SOURCE, destination, wanted, None, stop, done, on_progress).run(dry_run=dry_run)
    except (BotoCoreError, ClientError):
        return None


@given(faults(), GROUPS, DESTINATIONS, st.none() | st.integers(1, 30), st.none() | st.integers(0, 2))
def test_redrive_accounts_for_each_message_and_loses_none(
    choose: Choose, groups: list[str], destination: DeployedQueue, limit: int | None, progress: int | None
) -> None:
    sqs = SqsDouble(choose)
    for number, group in enumerate(groups):
        sqs.fill(SOURCE, f"{group}{number}", group=group)
    ids = {each.body: each.id for each in sqs.queues.get(SOURCE.url, [])}
    stop, on_progress = stopped_after(progress)
    done = copied(sqs, destination, MessageFilter(limit=limit), stop, on_progress=on_progress)
    left, back = Counter(sqs.bodies(SOURCE)), Counter(sqs.bodies(destination))
    assert (left | back).keys() == ids.keys()  # none is lost
    assert left.keys() <= ids.keys()
    if done is None:
        assert (left.total(), back.total()) == (len(ids), 0)
        return
    assert done.selected == done.moved + done.not_accepted + done.not_moved + len(done.possibly_duplicated)
    assert len(set(done.possibly_duplicated)) == len(done.possibly_duplicated)
    doubtful = {body for body in ids if ids[body] in done.possibly_duplicated}
    in_both = {body for body in ids if left[body] and back[body]}
    twice = {body for body in ids if back[body] > 1}
    assert in_both | twice <= doubtful
    assert len([body for body in back if not left[body] and body not in doubtful]) == done.moved
    assert sqs.hidden(SOURCE) <= done.left_invisible
    if done.is_complete:
        assert back.total() == done.selected == done.moved


@given(faults(), GROUPS)
def test_dry_run_of_a_selection_moves_nothing(choose: Choose, groups: list[str]) -> None:
    sqs = SqsDouble(choose)
    for number, group in enumerate(groups):
        sqs.fill(SOURCE, f"{group}{number}", group=group)
    before = Counter(sqs.bodies(SOURCE))
    done = copied(sqs, DESTINATION, MessageFilter(limit=50), Stop(), dry_run=True)
    assert Counter(sqs.bodies(SOURCE)) == before
    assert sqs.bodies(DESTINATION) == []
    if done is not None:
        assert done.selected == done.not_moved == len(set(done.message_ids)) == len(done.message_ids)
        assert sqs.hidden(SOURCE) <= done.left_invisible


@given(faults(), st.integers(0, 24), st.integers(1, 30), st.booleans())
def test_peek_shows_each_message_once_and_counts_those_left_invisible(
    choose: Choose, count: int, limit: int, matching: bool
) -> None:
    sqs = SqsDouble(choose)
    sqs.fill(SOURCE, *map(str, range(count)))
    match = (lambda message: int(message.body) % 2 == 0) if matching else None
    try:
        found = peek_messages(sqs, SOURCE, limit=limit, match=match)
    except (BotoCoreError, ClientError):
        assert sqs.hidden(SOURCE) == 0
        return
    shown = [message.body for message in found.messages]
    assert len(set(shown)) == len(shown) <= min(limit, found.received)
    assert set(shown) <= {body for body in sqs.bodies(SOURCE) if not matching or int(body) % 2 == 0}
    assert Counter(sqs.bodies(SOURCE)) == Counter(map(str, range(count)))
    assert sqs.hidden(SOURCE) <= found.left_invisible
