"""The fate of every message, from the handler's ledger, the table and the queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal

End = Literal["written", "dead"]
"""How a message must end: its order in the table, or the message in the DLQ."""


@dataclass(frozen=True)
class FinalState:
    """The state at the end of a run."""

    written: Set[str]
    """The bodies whose order is in the table with the same content."""
    writes: Mapping[str, int]
    """The number of writes of each body's order: from the handler's ledger, or as seen by the proxy."""
    in_dlq: Counter[str]
    in_queue: Counter[str]
    strange_orders: int
    """Orders in the table that match no message of the run, or have other content."""


@dataclass(frozen=True)
class Account:
    """Where the bodies of a run are at its end. Each body that SQS accepted is in exactly one of these places."""

    sent: int
    """Different bodies that SQS accepted. A body that was sent twice on purpose counts once."""
    messages: int
    written: int
    """Bodies whose order is in the table, and which are nowhere else."""
    dead: int
    """Bodies only in the DLQ."""
    both: int
    """Bodies whose order was written, and which are also in the DLQ."""
    waiting: int
    """Bodies in neither, but in the queue."""
    lost: int
    """Bodies in neither, and in no queue."""
    twice: int
    """Orders that were written more than once."""
    misplaced: int
    """Bodies that did not end where they had to."""
    strange: int
    """Entries in the table or in the DLQ that were never sent."""
    copies: int
    """Bodies that are in the DLQ more than once. A kill between send and delete leaves two, in SQS as well."""
    begun: int
    """The number of times that the handler began an order. 0 for the sample's handler, which has no ledger."""
    examples: tuple[str, ...] = ()
    """Some of the entries that are wrong."""

    def check(self, *, copies: bool = False) -> None:
        """Fail if a guarantee is violated. `copies`: whether the fault can leave two copies in the DLQ."""
        places = self.written + self.dead + self.both + self.waiting + self.lost
        assert self.sent == places, f"the sums do not match: {self}"
        wrong = {name: getattr(self, name) for name in ("lost", "twice", "both", "misplaced", "strange", "waiting")}
        wrong |= {} if copies else {"copies": self.copies}
        found = ", ".join(f"{count} {name}" for name, count in wrong.items() if count)
        assert not found, f"{found} of {self.sent}: {'; '.join(self.examples)}"


def count_outcomes(
    expected: Mapping[str, End], accepted: Set[str], messages: int, state: FinalState, begun: int = 0
) -> Account:
    """Count the entries of one run. `expected` is how each body must end, `accepted` the bodies that SQS accepted."""
    written, dead = state.written & accepted, state.in_dlq.keys() & accepted
    open_ends = accepted - written - dead
    waiting = open_ends & state.in_queue.keys()
    misplaced = {body for body in written - dead if expected[body] == "dead"}
    misplaced |= {body for body in dead - written if expected[body] == "written"}
    twice = {body for body in accepted if state.writes.get(body, 0) > 1}
    strange = (state.in_dlq.keys() | state.in_queue.keys()) - accepted
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
        strange=len(strange) + state.strange_orders,
        copies=sum(1 for body in dead if state.in_dlq[body] > 1),
        begun=begun,
        examples=tuple(body[:80] for body in wrong[:3]),
    )
