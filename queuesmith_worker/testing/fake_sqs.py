"""An SQS client that sends nothing. It is boto3's own, so it validates and serializes each request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3

from queuesmith_worker.dead_letters import REASON
from queuesmith_worker.testing.events import REGION

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class DeadLetter:
    """The copy of a message in the DLQ."""

    body: str
    """The body of the original message."""
    reason: str | None
    """Why it can never succeed. None if the reason did not fit into the copy."""
    group: str | None
    """The message group id."""
    request: Mapping[str, Any]
    """The whole SendMessage request."""


class FakeSqs:
    """The requests that a handler sends to SQS. SQS accepts them, unless a test says otherwise.

    Parameters
    ----------
    refuses
        Gets an operation, such as `SendMessage`, and its request, and returns whether SQS refuses it. It is also called for
        each entry of a batch request, with a name such as `SendMessageBatchRequestEntry` as the operation. It can raise one of
        botocore's exceptions, such as ReadTimeoutError.
    code
        The code of the error that a refused request raises.

    """

    def __init__(
        self, refuses: Callable[[str, dict[str, Any]], bool] = lambda _operation, _request: False, code: str = "AccessDenied"
    ) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        """The accepted requests in order: each operation and its parameters."""
        self.sent: list[dict[str, Any]] = []
        """The messages that a Producer has sent with `send_many`, in order: the entries of SendMessageBatch."""
        self._refuses, self._code = refuses, code
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self.client: SQSClient = boto3.client("sqs", region_name=REGION, **keys)  # type: ignore[call-overload]
        self.client.meta.events.register("before-call.sqs", self._answer)

    def refuse(self, *operations: str, code: str = "AccessDenied") -> None:
        """From now on, refuse requests of these operations, such as `SendMessage`."""
        self._refuses, self._code = lambda operation, _: operation in operations, code

    def of(self, operation: str) -> list[dict[str, Any]]:
        """Return the accepted requests of one operation."""
        return [request for name, request in self.requests if name == operation]

    @property
    def dead_letters(self) -> list[DeadLetter]:
        """The messages that were sent with SendMessage, in order. A `Worker` uses it only for copies to the DLQ."""
        return [dead_letter(request) for request in self.of("SendMessage")]

    def _answer(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        request = json.loads(params["body"])
        if self._refuses(model.name, request):
            error = {"Code": self._code, "Message": f"no {model.name}"}
            return SimpleNamespace(status_code=403), {"Error": error, "ResponseMetadata": {}}
        self.requests.append((model.name, request))
        answer = self._batch_answer(model.name, request["Entries"]) if "Entries" in request else {"MessageId": "copy"}
        return SimpleNamespace(status_code=200), {**answer, "ResponseMetadata": {}}

    def _batch_answer(self, operation: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
        failed = [entry["Id"] for entry in entries if self._refuses(f"{operation}RequestEntry", entry)]
        accepted = [entry["Id"] for entry in entries if entry["Id"] not in failed]
        if operation == "SendMessageBatch":
            self.sent += [entry for entry in entries if entry["Id"] in accepted]
        return {
            "Successful": [{"Id": key, "MessageId": f"sent-{key}"} for key in accepted],
            "Failed": [{"Id": key, "Code": self._code, "Message": "refused", "SenderFault": False} for key in failed],
        }


def dead_letter(request: Mapping[str, Any]) -> DeadLetter:
    """Read a SendMessage request as a copy in the DLQ."""
    reason = request.get("MessageAttributes", {}).get(REASON, {}).get("StringValue")
    return DeadLetter(request["MessageBody"], reason, request.get("MessageGroupId"), request)
