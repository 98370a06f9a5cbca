"""Which messages of a DLQ are to be moved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from queuesmith.operations.messages import Match, Message


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
