"""The result of a redrive."""

from __future__ import annotations

from dataclasses import dataclass, field

MOVE, COPY = "move task", "copy"


@dataclass
class RedriveResult:
    """The outcome of the messages. `chosen` is the sum of `moved`, `not_accepted`, `not_moved` and `perhaps_twice`."""

    source: str
    """The DLQ's name."""
    destination: str
    """The queue's name."""
    way: str = COPY
    """`move task`: SQS moved them; `copy`: each was copied and then deleted."""
    state: str = "COMPLETED"
    """`COMPLETED`; `CANCELLED`: it was stopped; `FAILED`; `RUNNING`: SQS goes on with its task, as `reasons` says."""
    about: int = 0
    """How many messages the DLQ held at the beginning, as SQS estimates it."""
    looked_at: int = 0
    """Of those how many were looked at, where they were copied."""
    chosen: int = 0
    """How many were to be moved, as far as was seen; about as many with a move task."""
    moved: int = 0
    """Accepted by the destination, and gone from the DLQ."""
    not_accepted: int = 0
    """Refused by the destination, or behind such a one in their group: they are still in the DLQ."""
    not_moved: int = 0
    """Chosen, and not tried, because it was stopped or failed: they are still in the DLQ."""
    perhaps_twice: list[str] = field(default_factory=list)
    """Ids of messages of which a copy was, or may have been, accepted more than once, or that are still in the DLQ."""
    not_seen: int = 0
    """Of all that there should be, how many SQS did not show: others hold them, or they wait behind others of their group."""
    came_back: int = 0
    """Messages that came into the DLQ while it ran, and were left: perhaps the same, which have failed again."""
    not_found: list[str] = field(default_factory=list)
    """Ids that were named, and not seen."""
    reasons: list[str] = field(default_factory=list)
    """Why messages were not accepted or it failed, each reason once."""
    left_hidden: int = 0
    """Messages that could not be given back at once; SQS does it after `hidden_for` seconds."""
    hidden_for: int = 0
    """Seconds."""
    message_ids: list[str] = field(default_factory=list)
    """The ids in the DLQ of what was chosen, for a dry run of a selection only."""

    @property
    def moved_by_sqs(self) -> bool:
        """Whether SQS moved the messages itself."""
        return self.way == MOVE

    @property
    def complete(self) -> bool:
        """Whether every selected message was moved exactly once."""
        left = self.not_accepted or self.not_moved or self.perhaps_twice or self.not_seen or self.not_found
        return self.state == "COMPLETED" and not left

    def because(self, reason: str) -> None:
        """Add a reason unless it is already listed."""
        if reason not in self.reasons:
            self.reasons.append(reason)
