"""Any mix of messages, delivered until the queue is empty: each is processed or in the DLQ, and takes effect at most once.

The queue is a model of SQS's rules (receive counts, redrive, message groups). The handler, its Powertools processors and
boto3's client are real. The clock is simulated, and a handler that exceeds its timeout is killed, as in Lambda.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queuesmith_worker import AlreadyDone, HandlerSettings, NonRetryable
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL, Clock, FakeSqs
from tests.unit.handler.world import Job, Run, record

MAX_RECEIVES = 3
TIMEOUT = 10.0
KINDS = ("good", "good", "good", "invalid", "never", "always fails", "fails once", "fails twice", "crawls", "hangs")
SECONDS = {"crawls": 4.0, "hangs": 60.0}
FAILURES = {"fails once": 1, "fails twice": 2, "always fails": 1_000}


class Killed(SystemExit):
    """The function's timeout was reached."""


@dataclass
class Message:
    id: str
    job: str
    """The business id: two messages can have the same."""
    kind: str
    group: str | None
    receives: int = 0

    @property
    def body(self) -> str:
        return "no JSON" if self.kind == "invalid" else json.dumps({"id": self.job, "kind": f"{self.kind}/{self.id}"})


@dataclass
class World:
    """A queue with its DLQ, and a worker."""

    messages: list[Message]
    fifo: bool
    sends_fail: Callable[[], bool]
    concurrency: int = 1
    effects: list[str] = field(default_factory=list)
    worked: list[str] = field(default_factory=list)
    """Ids of messages that were processed, or that were duplicates of a processed one."""
    moved: list[str] = field(default_factory=list)
    """Ids of messages that the queue moved to its DLQ."""
    tries: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sent = [message.id for message in self.messages]
        self.sqs = FakeSqs(lambda *_: self.sends_fail())
        suffix = ".fifo" if self.fifo else ""
        urls = {"WORKER_DEAD_LETTER_QUEUE_URL": f"{DLQ_URL}{suffix}", "WORKER_QUEUE_URL": f"{QUEUE_URL}{suffix}"}
        self._lock = threading.Lock()
        variables = {**urls, "WORKER_MAX_RECEIVE_COUNT": str(MAX_RECEIVES), "WORKER_CONCURRENCY": str(self.concurrency)}
        self.run = Run(self._handle, HandlerSettings.from_environment(variables), self.sqs)

    @property
    def clock(self) -> Clock:
        return self.run.clock

    def _handle(self, job: Job) -> None:
        kind, _, message_id = job.kind.partition("/")
        self.tries[message_id] = self.tries.get(message_id, 0) + 1
        self.clock.now += SECONDS.get(kind, 0.1)
        if self.clock.now > self.killed_at:
            raise Killed
        if kind == "never":
            raise NonRetryable("no")
        if self.tries[message_id] <= FAILURES.get(kind, 0):
            raise RuntimeError("away")
        with self._lock:  # like a conditional write
            self.worked.append(message_id)
            if job.id in self.effects:
                raise AlreadyDone
            self.effects.append(job.id)

    def receive(self, count: int) -> list[Message]:
        """Like SQS: a message that has used up its receive attempts is moved when it would be received again."""
        batch: list[Message] = []
        for message in list(self.messages):
            if len(batch) == count:
                break
            message.receives += 1
            if message.receives > MAX_RECEIVES:
                self.messages.remove(message)
                self.moved.append(message.id)
            else:
                batch.append(message)
        return batch

    def deliver(self, count: int) -> None:
        batch = self.receive(count)
        if not batch:
            return
        self.killed_at = self.clock.now + TIMEOUT
        group = {"group": "g"} if self.fifo else {}
        records = [record(message.id, message.body, receives=message.receives, **group) for message in batch]
        for item, message in zip(records, batch, strict=True):
            if message.group is not None:
                item["attributes"]["MessageGroupId"] = message.group
        ids = {message.id for message in batch}
        try:
            response = self.run.response({"Records": records}, TIMEOUT)
        except Killed:
            return  # all messages are retried
        returned = [item["itemIdentifier"] for item in response["batchItemFailures"]]
        assert len(returned) == len(set(returned))
        assert set(returned) <= ids
        self.messages = [message for message in self.messages if message.id not in ids - set(returned)]

    @property
    def copied(self) -> list[str]:
        """Bodies that the handler itself sent to the DLQ."""
        return [request["MessageBody"] for request in self.sqs.of("SendMessage")]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    fifo = draw(st.booleans())
    groups = st.sampled_from(["a", "b", "c"]) if fifo else st.sampled_from([None, None, "a"])
    drawn = draw(st.lists(st.tuples(st.sampled_from(KINDS), groups, st.integers(0, 8)), min_size=1, max_size=14))
    messages = [Message(f"m{n}", f"job-{job}", kind, group) for n, (kind, group, job) in enumerate(drawn)]
    refusals = draw(st.lists(st.booleans(), max_size=6))
    return World(messages, fifo, lambda: refusals.pop() if refusals else False, draw(st.sampled_from([1, 3, 10])))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(worlds(), st.lists(st.integers(1, 10), min_size=1, max_size=4))
def test_every_message_is_processed_at_most_once_or_in_the_dlq(world: World, sizes: list[int]) -> None:
    guarantees_hold(world, sizes)


def guarantees_hold(world: World, sizes: list[int]) -> None:
    """Deliver until the queue is empty, and compare the end of each message with the guarantees."""
    kinds = {message.id: message.kind for message in world.messages}
    bodies = {message.body: message.id for message in world.messages if message.kind != "invalid"}
    invalid = [message.id for message in world.messages if message.kind == "invalid"]
    order = {group: [m.id for m in world.messages if m.group == group] for group in {m.group for m in world.messages}}
    for turn in range(200):
        if not world.messages:
            break
        world.deliver(sizes[turn % len(sizes)])
    assert world.messages == [], "messages are still delivered"
    copied = [bodies[text] for text in world.copied if text in bodies]
    ended = {*world.worked, *world.moved, *copied}
    assert ended >= set(world.sent) - set(invalid), "lost"
    assert len(world.copied) - len(copied) + len([each for each in world.moved if each in invalid]) >= len(invalid), "lost"
    assert len(world.effects) == len(set(world.effects)), "twice"
    if "hangs" not in kinds.values():  # only a kill between send and delete can leave two copies
        assert len(copied) == len(set(copied)), "two copies"
    if not {"hangs", "crawls"} & set(kinds.values()):
        dead = {*world.moved, *copied}
        assert {each for each in dead if kinds[each] == "good"} == set(), "a healthy message in the DLQ"
        if world.fifo:
            for ids in order.values():
                done = [each for each in world.worked if each in ids]
                assert done == sorted(set(done), key=ids.index), "out of order"


ORDERS = [Message("m0", "job-0", "always fails", "a"), Message("m1", "job-1", "good", "a"), Message("m2", "job-2", "good", "a")]


def test_worker_that_loses_messages_is_detected() -> None:
    world = World([replace(each) for each in ORDERS], fifo=False, sends_fail=lambda: False)
    call = world.run.worker
    world.run.worker = lambda *given: call(*given) and {"batchItemFailures": []}  # type: ignore[assignment]
    with pytest.raises(AssertionError, match="lost"):
        guarantees_hold(world, [10])


def test_followers_that_go_to_the_dlq_are_detected() -> None:
    """This happens if a worker does not know which receive attempt is the last."""
    world = World([replace(each) for each in ORDERS], fifo=True, sends_fail=lambda: False)
    guarantees_hold(world, [10])
    assert (world.worked, world.moved) == (["m1", "m2"], ["m0"])
    world = World([replace(each) for each in ORDERS], fifo=True, sends_fail=lambda: False)
    world.run = Run(world._handle, HandlerSettings.from_environment({}), world.sqs)
    with pytest.raises(AssertionError, match="a healthy message in the DLQ"):
        guarantees_hold(world, [10])
    assert world.moved == ["m0", "m1", "m2"]
