"""What a redrive is to move, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from queuesmith.messages import Message
from queuesmith.peek import Match

MOVE, COPY = "move task", "copy"


@dataclass
class Redriven:
    """What became of the messages. `chosen` is the sum of `moved`, `not_accepted`, `not_moved` and `perhaps_twice`."""

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
    """Refused by the destination, or behind such a one in their group: they are in the DLQ still."""
    not_moved: int = 0
    """Chosen, and not tried, because it was stopped or failed: they are in the DLQ still."""
    perhaps_twice: list[str] = field(default_factory=list)
    """Ids of messages of which a copy was, or may have been, accepted more than once, or that are in the DLQ still."""
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
    def complete(self) -> bool:
        """Whether everything that was to be moved is, and once."""
        left = self.not_accepted or self.not_moved or self.perhaps_twice or self.not_seen or self.not_found
        return self.state == "COMPLETED" and not left

    def because(self, reason: str) -> None:
        """Add a reason, once."""
        if reason not in self.reasons:
            self.reasons.append(reason)


@dataclass(frozen=True)
class Wanted:
    """Which messages: all of them, unless something is said."""

    match: Match | None = None
    message_ids: Collection[str] = ()
    limit: int | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is said."""
        return self.match is None and not self.message_ids and self.limit is None

    def has(self, message: Message) -> bool:
        """Whether a message is one of them, the limit aside."""
        if self.message_ids and message.message_id not in self.message_ids:
            return False
        return self.match is None or self.match(message)

    def is_complete(self, chosen: int) -> bool:
        """Whether that many are all that there can be."""
        most = [each for each in (self.limit, len(self.message_ids) or None) if each is not None]
        return bool(most) and chosen >= min(most)
