"""The real SQS client of the emulator, with failures that a test chooses. They are rare on SQS, and the emulator has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

Fails = Callable[[str, int], bool]
"""Whether a batch entry fails, given its body or receipt handle and the number of attempts, including this one."""


class FailingSqs:
    """Forwards every call, and lets some entries of batches fail."""

    def __init__(self, sqs: Any, *, send: Fails = lambda *_: False, delete: Fails = lambda *_: False) -> None:
        self.real, self._send, self._delete = sqs, send, delete
        self._tried: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's names
        return self._batch(self.real.send_message_batch, QueueUrl, Entries, "MessageBody", self._send)

    def delete_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        return self._batch(self.real.delete_message_batch, QueueUrl, Entries, "ReceiptHandle", self._delete)

    def _batch(self, call: Any, url: str, entries: list[dict[str, Any]], key: str, fails: Fails) -> dict[str, Any]:
        for entry in entries:
            self._tried[entry[key]] += 1
        failed = [entry for entry in entries if fails(entry[key], self._tried[entry[key]])]
        good = [entry for entry in entries if entry not in failed]
        answer: dict[str, Any] = call(QueueUrl=url, Entries=good) if good else {"Successful": []}
        refusals = [
            {"Id": entry["Id"], "Code": "InternalError", "Message": "the service failed", "SenderFault": False}
            for entry in failed
        ]
        return {**answer, "Failed": [*answer.get("Failed", []), *refusals]}
