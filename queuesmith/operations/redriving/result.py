"""The result of a redrive."""

from __future__ import annotations

from dataclasses import dataclass, field

MOVE, COPY = "move task", "copy"


@dataclass(frozen=True)
class Edit:
    """What a dry run would change in a message."""

    message_id: str
    """Id of the message in the DLQ."""
    before: str
    """Its body."""
    after: str
    """The edited body."""


@dataclass
class RedriveResult:
    """What happened to the messages.

    `selected` is the sum of `moved`, `not_accepted`, `not_edited`, `not_moved` and the number of ids in `possibly_duplicated`.
    """

    source: str
    """The DLQ's name."""
    destination: str
    """The queue's name."""
    method: str = COPY
    """`move task`: SQS moved the messages. `copy`: each message was copied and then deleted."""
    state: str = "COMPLETED"
    """`COMPLETED`, `CANCELLED` (interrupted), `FAILED`, or `RUNNING` (SQS continues the move task; see `reasons`)."""
    approximate_count: int = 0
    """SQS's estimate of the number of messages in the DLQ at the start."""
    received: int = 0
    """Number of messages that were received from the DLQ. Counted only with the method `copy`."""
    selected: int = 0
    """Number of messages that were selected. With a move task, an estimate."""
    moved: int = 0
    """Messages that the destination accepted and that were deleted from the DLQ."""
    not_accepted: int = 0
    """Messages that the destination refused, and later messages of their groups. They are still in the DLQ."""
    not_edited: int = 0
    """Messages that could not be edited, and on a FIFO queue later messages of their groups. They are still in the DLQ."""
    not_moved: int = 0
    """Selected messages that were not sent because the command was interrupted or failed. They are still in the DLQ."""
    edited: int = 0
    """Messages whose body was changed. They are counted again under their outcome."""
    possibly_duplicated: list[str] = field(default_factory=list)
    """Ids of messages that may exist twice: accepted more than once, or accepted and not deleted from the DLQ."""
    not_received: int = 0
    """Messages that SQS did not return: received by another consumer, or behind other messages of their group."""
    arrived_during_redrive: int = 0
    """Messages that arrived in the DLQ during the redrive and were not moved. Some may be
    messages that this redrive moved and that failed again."""
    not_found: list[str] = field(default_factory=list)
    """Requested ids that SQS did not return."""
    reasons: list[str] = field(default_factory=list)
    """Reasons why messages were not accepted or the redrive failed, without duplicates."""
    left_invisible: int = 0
    """Number of messages whose visibility timeout could not be reset to 0. They stay invisible until it ends."""
    visibility_timeout: int = 0
    """The visibility timeout, in seconds, with which the messages were received."""
    message_ids: list[str] = field(default_factory=list)
    """Ids of the selected messages in the DLQ. Filled only by a dry run with the method `copy`."""

    edits: list[Edit] = field(default_factory=list)
    """The first ten edited bodies of a dry run."""

    @property
    def is_move_task(self) -> bool:
        """Whether SQS moved the messages itself."""
        return self.method == MOVE

    @property
    def is_complete(self) -> bool:
        """Whether every selected message was moved exactly once."""
        left = self.not_accepted or self.not_edited or self.not_moved or self.not_received
        return self.state == "COMPLETED" and not (left or self.possibly_duplicated or self.not_found)

    def add_reason(self, reason: str) -> None:
        """Add a reason unless it is already listed."""
        if reason not in self.reasons:
            self.reasons.append(reason)
