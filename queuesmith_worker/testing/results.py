"""How the messages of a batch ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from queuesmith_worker.outcomes import Outcome
from queuesmith_worker.testing.fake_sqs import DeadLetter


@dataclass(frozen=True)
class MessageResult:
    """How one message ended."""

    id: str
    """The message id."""
    outcome: Outcome
    """`Processed`, `Duplicate`, `NonRetryable`, `Failed`, `RetryLater`, `Paused`, `OutOfTime`, `HeldBack` or `Unfinished`."""
    is_returned: bool
    """Whether the response names it, so that it returns to the queue. Otherwise Lambda deletes it."""
    reason: str | None
    """The type and text of the exception, or None."""
    retry_after: int | None
    """Seconds: the visibility timeout that the worker set, or None if it set none."""
    log: tuple[Mapping[str, Any], ...]
    """Its log lines, in order."""


@dataclass(frozen=True)
class BatchResult:
    """The result of one invocation."""

    response: Mapping[str, Any]
    """What the handler returned: the partial batch response."""
    messages: tuple[MessageResult, ...]
    """The messages in the order of the event."""
    dead_letters: tuple[DeadLetter, ...]
    """The copies that were sent to the DLQ, in order."""
    log: tuple[Mapping[str, Any], ...]
    """All log lines, in order."""

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcome of each message, in the order of the event."""
        return [message.outcome for message in self.messages]

    @property
    def returned(self) -> list[str]:
        """The ids of the messages that return to the queue."""
        return [message.id for message in self.messages if message.is_returned]

    def __getitem__(self, message_id: str) -> MessageResult:
        for message in self.messages:
            if message.id == message_id:
                return message
        raise KeyError(f"the batch has no message {message_id!r}. Its messages: {', '.join(each.id for each in self.messages)}")

    def assert_outcomes(self, *expected: str) -> None:
        """Compare the outcomes of all messages, in the order of the event.

        Parameters
        ----------
        expected
            An outcome for each message. A single one applies to all messages.

        Raises
        ------
        AssertionError
            If an outcome is not the expected one. The error names each such message with its reason and traceback.

        """
        wanted = expected * len(self.messages) if len(expected) == 1 else expected
        if len(wanted) != len(self.messages):
            raise AssertionError(f"expected {len(wanted)} outcomes, but the batch has {len(self.messages)} messages")
        pairs = [(message, want) for message, want in zip(self.messages, wanted, strict=True) if message.outcome != want]
        if pairs:
            raise AssertionError("\n".join(_difference(message, want) for message, want in pairs))


def _difference(message: MessageResult, wanted: str) -> str:
    tracebacks = [str(line["exception"]) for line in message.log if line.get("exception")]
    text = f"{message.id} is {message.outcome} instead of {wanted}"
    return "\n".join([f"{text}: {message.reason}" if message.reason else text, *tracebacks])
