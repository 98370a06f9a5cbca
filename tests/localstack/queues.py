"""A worker's queue and DLQ in LocalStack, named, tagged and connected as in its stack, and the account of their messages."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import uuid4

from tests.localstack.server import ACCOUNT, REGION, LocalStack
from tests.waiting import wait_for

BATCH = 10
"""The largest number of messages in a request."""
RECEIVES = 2
"""The queue's maxReceiveCount."""
RATE = 4
"""Messages a second, in tests that need a task to be in progress."""


@dataclass(frozen=True)
class Outcome:
    """Where the bodies are at the end, and what a command or script says about them."""

    messages: int
    moved: int
    """Bodies only in the destination."""
    left: int
    """Bodies only in the DLQ."""
    said_moved: int
    said_left: int
    lost: int
    twice: int
    misplaced: int
    """Bodies in another queue."""
    overtaken: int
    """Bodies of a FIFO queue that arrived after a later one of their group."""

    def wrong(self) -> dict[str, int]:
        """What is wrong, and how often. All are 0 if every message is in one right place, and was reported there."""
        return {
            "lost": self.lost,
            "twice": self.twice,
            "misplaced": self.misplaced,
            "overtaken": self.overtaken,
            "wrongly reported as moved": max(0, self.said_moved - self.moved),
            "wrongly reported as left": max(0, self.said_left - self.left),
            "moved, but not reported": max(0, self.moved - self.said_moved),
            "left, but not reported": max(0, self.left - self.said_left),
        }

    def check(self) -> None:
        """Fail if anything is wrong."""
        found = ", ".join(f"{count} {name}" for name, count in self.wrong().items() if count)
        assert not found, f"{found}: {self}"


@dataclass
class Queues:
    """A queue, its DLQ, and another queue: their URLs."""

    localstack: LocalStack
    worker: str
    fifo: bool = False
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sqs = self.localstack.client("sqs")
        suffix = ".fifo" if self.fifo else ""
        self.name, self.dlq_name, self.other_name = (f"dev-{self.worker}{end}{suffix}" for end in ("", "-dlq", "-other"))
        self.dlq, self.other = self._create(self.dlq_name), self._create(self.other_name)
        redrive = {"deadLetterTargetArn": arn(self.dlq_name), "maxReceiveCount": RECEIVES}
        self.queue = self._create(self.name, RedrivePolicy=json.dumps(redrive))

    def _create(self, name: str, **attributes: str) -> str:
        kind = {"FifoQueue": "true"} if self.fifo else {}
        tags = {"environment": "dev", "worker": self.worker}
        url: str = self.sqs.create_queue(QueueName=name, Attributes={**attributes, **kind}, tags=tags)["QueueUrl"]
        return url

    def send(self, url: str, count: int) -> None:
        """Send messages, on FIFO queues to two groups."""
        for start in range(0, count, BATCH):
            numbers = range(len(self.sent), len(self.sent) + min(BATCH, count - start))
            entries = [
                {"Id": str(number), "MessageBody": f"{self.worker}-{number:03}", **self._fifo(number)} for number in numbers
            ]
            answer = self.sqs.send_message_batch(QueueUrl=url, Entries=entries)
            assert not answer.get("Failed")
            self.sent += [entry["MessageBody"] for entry in entries]

    def _fifo(self, number: int) -> dict[str, str]:
        return {"MessageGroupId": f"g{number % 2}", "MessageDeduplicationId": uuid4().hex} if self.fifo else {}

    def fail(self, count: int) -> None:
        """Send messages to the queue, and receive them until SQS moves them to the DLQ."""
        self.send(self.queue, count)
        while self.depth(self.queue):
            self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)

    def depth(self, url: str) -> int:
        names = [f"ApproximateNumberOfMessages{what}" for what in ("", "NotVisible", "Delayed")]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(map(int, found.values()))

    def tasks(self) -> list[dict[str, Any]]:
        """The move tasks of the DLQ, the last one first."""
        found: list[dict[str, Any]] = self.sqs.list_message_move_tasks(SourceArn=arn(self.dlq_name), MaxResults=10)["Results"]
        return found

    def start_task(self, rate: int | None = None, to: str | None = None) -> str:
        """Start a move task as another operator would. `to` is a queue's name; None: no destination. Returns its handle."""
        more: dict[str, Any] = {"MaxNumberOfMessagesPerSecond": rate} if rate else {}
        more |= {"DestinationArn": arn(to)} if to else {}
        handle: str = self.sqs.start_message_move_task(SourceArn=arn(self.dlq_name), **more)["TaskHandle"]
        return handle

    def cancel_task(self, handle: str) -> None:
        """Cancel a move task, and wait until it has ended."""
        self.sqs.cancel_message_move_task(TaskHandle=handle)
        self.wait_for_task()

    def wait_for_task(self) -> None:
        """Wait until no move task is in progress."""
        wait_for(lambda: self.tasks()[0]["Status"] not in ("RUNNING", "CANCELLING"), "the move task has ended")

    def take(self, url: str) -> list[str]:
        """Receive and delete all messages of a queue. Returns their bodies in this order."""
        found = []
        while self.depth(url):
            for message in self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get(
                "Messages", []
            ):
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(message["Body"])
        return found

    def _overtaken(self, bodies: list[str]) -> int:
        groups = [[body for body in bodies if self.sent.index(body) % 2 == group] for group in range(2)]
        return sum(later < earlier for group in groups for earlier, later in pairwise(group))

    def outcome(self, moved: int, left: int, *, to: str | None = None) -> Outcome:
        """Empty the queues, and compare them with the numbers that were said. `to` is the destination; None: the queue."""
        to = to or self.queue
        bodies = {url: self.take(url) for url in (self.queue, self.dlq, self.other)}
        elsewhere = [url for url in bodies if url not in (to, self.dlq)]
        all_of_them = Counter(body for taken in bodies.values() for body in taken)
        return Outcome(
            messages=len(self.sent),
            moved=len(bodies[to]),
            left=len(bodies[self.dlq]),
            said_moved=moved,
            said_left=left,
            lost=sum(all_of_them[body] == 0 for body in self.sent),
            twice=sum(all_of_them[body] > 1 for body in self.sent),
            misplaced=sum(len(bodies[url]) for url in elsewhere),
            overtaken=self._overtaken(bodies[to]) if self.fifo else 0,
        )

    def outcome_said_in(self, document: dict[str, Any], *, to: str | None = None) -> Outcome:
        """The same, with the numbers in the JSON document of a redrive."""
        return self.outcome(document["moved"], document["not_moved"] + document["not_received"], to=to)


def arn(name: str) -> str:
    """The ARN of a queue."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
