"""An in-memory SQS that fails as a test chooses: before or after the effect, for a request, an entry, or the response."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError

from queuesmith.aws.queues import DeployedQueue

NO_EFFECT = ("throttled", "denied", "failed", "closed")
"""Faults of a request that SQS did not carry out."""
AFTER_EFFECT = ("failed after", "closed after")
"""Faults of a request that SQS did carry out."""
ENTRY = ("sender fault", "service fault", "unsaid", "unsaid after", "both", "both after")
"""Faults of an entry. `after`: it took effect. `unsaid`: missing in the response. `both`: successful and failed."""
_CODES = {"throttled": ("RequestThrottled", 400), "denied": ("AccessDenied", 403), "bad": ("InvalidMessageContents", 400)}
Choose = Callable[[str, Sequence[str]], str]
"""Chooses the next fault of an operation from the possible ones. Empty: no fault."""


def no_faults(_operation: str, _possible: Sequence[str]) -> str:
    return ""


@dataclass
class Stored:
    """A message in a queue."""

    id: str
    body: str
    group: str | None = None
    deduplication_id: str | None = None
    hidden: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)


class SqsDouble:
    """Two queues and their messages. `choose` is called for the fault of each request and of each entry."""

    meta = None

    def __init__(self, choose: Choose = no_faults) -> None:
        self.choose = choose
        self.queues: dict[str, list[Stored]] = {}
        self._ids = (f"id-{number}" for number in itertools.count())
        self._accepted_on_fifo: set[tuple[str, str]] = set()

    def fill(self, queue: DeployedQueue, *bodies: str, group: str | None = None) -> None:
        """Put messages into a queue."""
        self.queues.setdefault(queue.url, []).extend(Stored(next(self._ids), body, group) for body in bodies)

    def bodies(self, queue: DeployedQueue) -> list[str]:
        """The bodies in a queue, including those of invisible messages."""
        return [each.body for each in self.queues.get(queue.url, [])]

    def hidden(self, queue: DeployedQueue) -> int:
        return sum(each.hidden for each in self.queues.get(queue.url, []))

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: Sequence[str]) -> dict[str, Any]:  # noqa: N803
        held = self.queues.get(QueueUrl, [])
        hidden = sum(each.hidden for each in held)
        found = {
            "ApproximateNumberOfMessages": str(len(held) - hidden),
            "ApproximateNumberOfMessagesNotVisible": str(hidden),
        }
        return {"Attributes": {name: found[name] for name in AttributeNames if name in found}}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        def accept(entry: dict[str, Any]) -> None:
            deduplication = entry.get("MessageDeduplicationId")
            if QueueUrl.endswith(".fifo") and (QueueUrl, deduplication) in self._accepted_on_fifo:
                return
            self._accepted_on_fifo.add((QueueUrl, str(deduplication)))
            stored = Stored(next(self._ids), entry["MessageBody"], entry.get("MessageGroupId"), deduplication)
            self.queues.setdefault(QueueUrl, []).append(stored)

        return self._batch("send", Entries, accept, (*NO_EFFECT, *AFTER_EFFECT, "bad"))

    def delete_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        def delete(entry: dict[str, Any]) -> None:
            self.queues[QueueUrl] = [each for each in self.queues[QueueUrl] if each.id != entry["ReceiptHandle"]]

        return self._batch("delete", Entries, delete, (*NO_EFFECT, *AFTER_EFFECT))

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        def show(entry: dict[str, Any]) -> None:
            for each in self.queues[QueueUrl]:
                each.hidden = each.hidden and each.id != entry["ReceiptHandle"]

        return self._batch("show", Entries, show, (*NO_EFFECT, *AFTER_EFFECT))

    def purge_queue(self, *, QueueUrl: str) -> None:  # noqa: N803
        self.queues[QueueUrl] = []

    def receive_message(self, *, QueueUrl: str, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        fault = self.choose("receive", (*NO_EFFECT, "again", "twice"))
        if fault in NO_EFFECT:
            raise _error(fault, "ReceiveMessage")
        held = self.queues.get(QueueUrl, [])
        found = [each for each in held if not each.hidden or fault == "again"][:MaxNumberOfMessages]
        for each in found:
            each.hidden = True
        answer = [_received(each) for each in found]
        return {"Messages": [*answer, *answer[:1]][:MaxNumberOfMessages] if fault == "twice" else answer}

    def _batch(
        self, operation: str, entries: list[dict[str, Any]], effect: Callable[[dict[str, Any]], None], faults: Sequence[str]
    ) -> dict[str, Any]:
        fault = self.choose(operation, faults)
        if fault in ("bad", *NO_EFFECT):
            raise _error(fault, operation)
        answer: dict[str, list[dict[str, Any]]] = {"Successful": [], "Failed": []}
        for entry in entries:
            own = "" if fault else self.choose(f"{operation} entry", ENTRY)
            if own in ("", "unsaid after", "both after"):
                effect(entry)
            if own in ("", "both", "both after"):
                answer["Successful"].append({"Id": entry["Id"], "MessageId": f"accepted-{entry['Id']}"})
            if own not in ("", "unsaid", "unsaid after"):
                failed = {"Id": entry["Id"], "Code": "InternalError", "Message": own, "SenderFault": own == "sender fault"}
                answer["Failed"].append(failed)
        if fault in AFTER_EFFECT:
            raise _error(fault, operation)
        if self.choose(f"{operation} answer", ("unknown ids",)):
            answer["Successful"] += [{"Id": "nobody's"}, {}]
            answer["Failed"] += [{"Id": "77"}, {}]
        return answer


def _received(stored: Stored) -> dict[str, Any]:
    system = {"MessageGroupId": stored.group} if stored.group else {}
    return {
        "MessageId": stored.id, "ReceiptHandle": stored.id, "Body": stored.body, "Attributes": system,
        "MessageAttributes": stored.attributes,
    }  # fmt: skip


def _error(fault: str, operation: str) -> Exception:
    if fault.startswith("closed"):
        return ConnectionClosedError(endpoint_url="https://sqs")
    code, status = _CODES.get(fault, ("InternalError", 500))
    answer: Any = {"Error": {"Code": code, "Message": fault}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)
