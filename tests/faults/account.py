"""What became of every message, from what the handler wrote down, the table, and what the queues hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

End = Literal["written", "dead"]
"""How a message has to end: its order in the table, or itself in the DLQ."""


@dataclass(frozen=True)
class Account:
    """Where the bodies of one run are at its end. A body is in exactly one of `ended`, `lost` and `waiting`."""

    sent: int
    """Bodies, each of its own; a message that was sent twice on purpose is one."""
    messages: int
    written: int
    """Orders in the table whose message is nowhere else."""
    dead: int
    """Bodies in the DLQ and nowhere else."""
    both: int
    """Written, and in the DLQ as well."""
    waiting: int
    """In neither, but in the queue."""
    lost: int
    """In neither, and in no queue."""
    twice: int
    """Orders that the handler has written more than once."""
    misplaced: int
    """Ended, but not where they had to."""
    copies: int
    """Bodies that are in the DLQ more than once: what a kill between a send and a delete leaves, as SQS itself does."""
    deliveries: int
    """Of all orders, to the handler; 0 where the handler is the sample, which keeps no ledger."""
    examples: tuple[str, ...] = ()
    """Some of those that should not be as they are."""

    @property
    def ended(self) -> int:
        """Bodies that are where nothing happens to them any more."""
        return self.written + self.dead + self.both

    def check(self, *, copies: bool = False) -> None:
        """Fail where a promise is broken. `copies`: whether the fault is one after which there may be two copies in the DLQ."""
        assert self.sent == self.ended + self.lost + self.waiting, f"the sums do not match: {self}"
        wrong = {name: getattr(self, name) for name in ("lost", "twice", "both", "misplaced", "waiting")}
        wrong |= {} if copies else {"copies": self.copies}
        found = ", ".join(f"{count} {name}" for name, count in wrong.items() if count)
        assert not found, f"{found} of {self.sent}: {'; '.join(self.examples)}"


def settle_accounts(
    expected: Mapping[str, End],
    ids: Mapping[str, str],
    messages: int,
    in_table: set[str],
    writes: Counter[str],
    in_dlq: Counter[str],
    in_queue: Counter[str],
    deliveries: int,
) -> Account:
    """The sums of one run. `expected` says how each body has to end, `ids` which order each body that is one is about."""
    bodies = {order_id: body for body, order_id in ids.items()}
    written = {bodies[order_id] for order_id in in_table if order_id in bodies}
    dead = {body for body in in_dlq if body in expected}
    open_ends = expected.keys() - written - dead
    waiting = open_ends & in_queue.keys()
    misplaced = {body for body in written - dead if expected[body] == "dead"} | {
        body for body in dead - written if expected[body] == "written"
    }
    twice = {bodies[order_id] for order_id, count in writes.items() if count > 1 and order_id in bodies}
    wrong = [*sorted(open_ends), *sorted(twice), *sorted(written & dead), *sorted(misplaced)]
    return Account(
        sent=len(expected),
        messages=messages,
        written=len(written - dead),
        dead=len(dead - written),
        both=len(written & dead),
        waiting=len(waiting),
        lost=len(open_ends - waiting),
        twice=len(twice),
        misplaced=len(misplaced),
        copies=sum(1 for body in dead if in_dlq[body] > 1),
        deliveries=deliveries,
        examples=tuple(body[:80] for body in wrong[:3]),
    )
