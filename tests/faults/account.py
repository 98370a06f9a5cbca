"""What became of every message, from what the handler wrote down, the table, and what the queues hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal

End = Literal["written", "dead"]
"""How a message has to end: its order in the table, or itself in the DLQ."""


@dataclass(frozen=True)
class Found:
    """What is there when a run has ended."""

    written: Set[str]
    """The bodies whose order is in the table as they have it."""
    writes: Mapping[str, int]
    """How often each body's order was written: as the handler says, or as it was seen on the way to the table."""
    in_dlq: Counter[str]
    in_queue: Counter[str]
    strange_orders: int
    """Orders in the table that no message of the run has, or not with this content."""


@dataclass(frozen=True)
class Account:
    """Where the bodies of one run are at its end: each of those that SQS accepted is in exactly one of these places."""

    sent: int
    """Bodies that SQS accepted, each of its own; one that was sent twice on purpose is one."""
    messages: int
    written: int
    """Their orders are in the table, and they are nowhere else."""
    dead: int
    """In the DLQ and nowhere else."""
    both: int
    """Written, and in the DLQ as well."""
    waiting: int
    """In neither, but in the queue."""
    lost: int
    """In neither, and in no queue."""
    twice: int
    """Orders that were written more than once."""
    misplaced: int
    """Ended, but not where they had to."""
    strange: int
    """In the table or in the DLQ, and sent by nobody."""
    copies: int
    """Bodies that are in the DLQ more than once: what a kill between a send and a delete leaves, as SQS itself does."""
    begun: int
    """Times the handler began an order; 0 where the handler is the sample, which keeps no ledger."""
    examples: tuple[str, ...] = ()
    """Some of those that should not be as they are."""

    def check(self, *, copies: bool = False) -> None:
        """Fail where a promise is broken. `copies`: whether the fault is one after which there may be two copies in the DLQ."""
        places = self.written + self.dead + self.both + self.waiting + self.lost
        assert self.sent == places, f"the sums do not match: {self}"
        wrong = {name: getattr(self, name) for name in ("lost", "twice", "both", "misplaced", "strange", "waiting")}
        wrong |= {} if copies else {"copies": self.copies}
        found = ", ".join(f"{count} {name}" for name, count in wrong.items() if count)
        assert not found, f"{found} of {self.sent}: {'; '.join(self.examples)}"


def settle_accounts(expected: Mapping[str, End], accepted: Set[str], messages: int, found: Found, begun: int = 0) -> Account:
    """The sums of one run. `expected` says how each body has to end, `accepted` which SQS has taken."""
    written, dead = found.written & accepted, found.in_dlq.keys() & accepted
    open_ends = accepted - written - dead
    waiting = open_ends & found.in_queue.keys()
    misplaced = {body for body in written - dead if expected[body] == "dead"}
    misplaced |= {body for body in dead - written if expected[body] == "written"}
    twice = {body for body in accepted if found.writes.get(body, 0) > 1}
    strange = (found.in_dlq.keys() | found.in_queue.keys()) - accepted
    wrong = [*sorted(open_ends), *sorted(twice), *sorted(written & dead), *sorted(misplaced), *sorted(strange)]
    return Account(
        sent=len(accepted),
        messages=messages,
        written=len(written - dead),
        dead=len(dead - written),
        both=len(written & dead),
        waiting=len(waiting),
        lost=len(open_ends - waiting),
        twice=len(twice),
        misplaced=len(misplaced),
        strange=len(strange) + found.strange_orders,
        copies=sum(1 for body in dead if found.in_dlq[body] > 1),
        begun=begun,
        examples=tuple(body[:80] for body in wrong[:3]),
    )
