"""Sends messages through one worker and counts how they ended. Then does the same with a handler that has a mistake."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest

from handlers.orders.order import Order
from tests.faults.account import Account, End, FinalState, count_outcomes
from tests.faults.lane import OURS, Lane, wait_for
from tests.faults.proxy import Decide, FaultProxy
from tests.records import record_of
from tests.sample_orders import order

MESSAGES = 300
"""The number of orders in a run. All are in the queue before polling begins."""


class Run:
    """Messages sent through a worker, and their outcomes."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.prefix = f"{lane.key}-{uuid4().hex[:8]}"
        self.expected: dict[str, End] = {}
        self.ids: dict[str, str] = {}
        self.deduplication_ids: dict[str, str] = {}
        """The deduplication id of each body, on FIFO queues."""
        self.messages = 0
        self._accepted: set[str] = set()
        self._seen_writes: Counter[str] = Counter()
        self._next = 0
        self._lock = threading.Lock()

    def orders(self, count: int, how: str = "ok:0", end: End = "written") -> list[str]:
        """New orders. `how` is the fault, stored as the customer. `end` is how they must end."""
        bodies = []
        for number in range(self._next, self._next + count):
            order_id = f"{self.prefix}-{number:05}"
            body = json.dumps({**order(number), "order_id": order_id, "customer_id": how})
            self.expected[body], self.ids[body] = end, order_id
            bodies.append(body)
        self._next += count
        return bodies

    def instead(self, body: str, end: End = "written", **changes: str) -> str:
        """Replace an order of this run by one with other values, and set how it must end."""
        order_id = self.ids.pop(body)
        del self.expected[body]
        new = json.dumps({**json.loads(body), **changes})
        self.expected[new], self.ids[new] = end, order_id
        return new

    def conflicting(self, body: str) -> str:
        """A message with the same order id and other content. It must end in the DLQ."""
        line = json.loads(body)["lines"][0]
        lines = [{**line, "sku": "another"}]
        total = f"{line['quantity'] * Decimal(line['price']):.2f}"
        new = json.dumps({**json.loads(body), "lines": lines, "total": total})
        self.expected[new] = "dead"
        return new

    def poison(self, bodies: Iterable[str]) -> list[str]:
        """Add bodies that must end in the DLQ unchanged."""
        found = list(bodies)
        self.expected.update(dict.fromkeys(found, "dead"))
        return found

    def send(
        self, bodies: Iterable[str], group: Callable[[int], str] = lambda number: f"g{number % 10}", *, to: str | None = None
    ) -> None:
        """Send the bodies in this order, in batches of ten. `to`: the URL of another queue than the worker's."""
        queued = list(bodies)
        for start in range(0, len(queued), 10):
            entries = [
                {"Id": str(number), "MessageBody": body, **self._fifo(body, start + number, group)}
                for number, body in enumerate(queued[start : start + 10])
            ]
            size = sum(len(entry["MessageBody"].encode()) for entry in entries)
            for part in [entries] if size <= 1_000_000 else [[entry] for entry in entries]:
                answer = self.lane.sqs.send_message_batch(QueueUrl=to or self.lane.queue_url, Entries=part)
                assert not answer.get("Failed")
                with self._lock:
                    self.messages += len(part)
                    self._accepted.update(entry["MessageBody"] for entry in part)

    def _fifo(self, body: str, number: int, group: Callable[[int], str]) -> dict[str, str]:
        if not self.lane.fifo:
            return {}
        self.deduplication_ids[body] = uuid4().hex
        return {"MessageGroupId": group(number), "MessageDeduplicationId": self.deduplication_ids[body]}

    def deliver(self, bodies: Iterable[str], **more: Any) -> None:
        """Send all bodies before the mapping polls, so that all are in the queue at the same time."""
        self.lane.enable(on=False)
        self.send(bodies, **more)
        self.lane.enable()

    @contextmanager
    def through(self, service: str, decide: Decide) -> Any:
        """Send the handler's requests to a service through a proxy, which counts writes. Waits until the queue is empty."""
        with FaultProxy(self.lane.world.endpoint, decide, self._note_write) as proxy:
            self.lane.reconfigure(**{f"AWS_ENDPOINT_URL_{service}": proxy.url})
            yield proxy
            self.settle()

    def _note_write(self, operation: str, request: Any, status: int) -> None:
        if operation == "PutItem" and status == HTTPStatus.OK and "order_id" in request["Item"]:
            with self._lock:
                self._seen_writes[request["Item"]["order_id"]["S"]] += 1

    def occupy(self) -> None:
        """Invoke the function directly, not through the mapping, for as long as it is blocked."""
        body = json.dumps({**order(0), "order_id": f"busy-{self.prefix}", "customer_id": "holds:1"})
        attributes = {"ApproximateReceiveCount": "1"}
        message = {"MessageId": "busy", "ReceiptHandle": "busy", "Body": body, "Attributes": attributes}
        event = {"Records": [record_of(message, self.lane.queue.arn)]}
        answer = self.lane.functions.invoke(FunctionName=self.lane.function, Payload=json.dumps(event))
        assert "FunctionError" not in answer

    def settle(self) -> None:
        """Wait until the queue is empty, and no message is in flight."""
        wait_for(lambda: not self.lane.world.messages(self.lane.queue_url), f"{self.lane.queue_name} is empty")

    def count(self, what: str) -> int:
        """The number of ledger entries of a kind for these orders: `begun`, `written`, `seen`."""
        return sum(line["what"] == what for line in self.lines())

    def lines(self) -> list[dict[str, Any]]:
        """The handler's ledger entries about these orders."""
        return [line for line in self.lane.ledger() if line["order_id"].startswith(self.prefix)]

    def copies(self) -> int:
        """The number of bodies that the DLQ has more than once."""
        return sum(1 for count in Counter(self.lane.world.messages(self.lane.dlq_url)).values() if count > 1)

    def final_state(self) -> FinalState:
        """The current state."""
        world, bodies = self.lane.world, {order_id: body for body, order_id in self.ids.items()}
        stored = {order_id: digest for order_id, digest in world.orders().items() if order_id.startswith(self.prefix)}
        right = {
            order_id for order_id, digest in stored.items() if order_id in bodies and digest == digest_of(bodies[order_id])
        }
        ledger_writes = Counter(line["order_id"] for line in self.lines() if line["what"] == "written")
        return FinalState(
            written={bodies[order_id] for order_id in right},
            writes={body: max(ledger_writes[order_id], self._seen_writes[order_id]) for order_id, body in bodies.items()},
            in_dlq=Counter(world.messages(self.lane.dlq_url)),
            in_queue=Counter(world.messages(self.lane.queue_url)),
            strange_orders=len(stored) - len(right),
        )

    def account(self) -> Account:
        """Account for all bodies. Fails if SQS has not accepted all of them."""
        assert self._accepted == self.expected.keys()
        return count_outcomes(self.expected, self._accepted, self.messages, self.final_state(), self.count("begun"))


def digest_of(body: str) -> str:
    """The digest of an order, as the sample stores it in the table."""
    return Order.model_validate_json(body).digest


def proves(
    lane: Lane,
    fault: str,
    inject: Callable[[Run], None],
    *,
    broken: str,
    shown: str,
    least: int = 1,
    copies: bool = False,
    messages: int = MESSAGES,
    control: Callable[[Run], None] | None = None,
) -> None:
    """With our handler every message ends where it must. With the handler `broken`, the same fault must violate a guarantee.

    Parameters
    ----------
    lane : Lane
        The worker into which the fault is injected.
    fault : str
        The fault's name on the page.
    inject : callable
        Sends the messages of a run and injects the fault.
    broken : str
        The name of the broken handler. With `control`: of the other mistake.
    shown : str
        The field of the account that shows the violated guarantee.
    least : int
        A minimum for that field. It is above the value that `broken` shows without the fault.
    copies : bool
        Whether the fault can leave two copies of a message in the DLQ.
    messages : int
        A minimum for the messages of each run.
    control : callable, optional
        Replaces `inject` in the second run if the mistake is not in the handler. That run then uses our handler.

    Raises
    ------
    AssertionError
        If a message is not where it must be, or if the broken run violates no guarantee.
    """
    good = _run_with_fault(lane, inject, OURS)
    good.check(copies=copies)
    bad = _run_with_fault(lane, control, OURS) if control else _run_with_fault(lane, inject, f"broken.{broken}")
    assert min(good.messages, bad.messages) >= messages
    with pytest.raises(AssertionError, match=rf"\d+ {shown}"):
        bad.check(copies=copies)
    count = getattr(bad, shown)
    assert count >= least, f"{bad}: was the fault injected?"
    if lane.concurrency > 1:
        fault = f"{fault}, {lane.concurrency} messages simultaneously"
    lane.note("faults", {"fault": fault, "account": asdict(good), "broken": broken, "shown": f"{count} {shown}"})


def _run_with_fault(lane: Lane, inject: Callable[[Run], None], handler: str) -> Account:
    lane.reset()
    lane.configure(handler)
    run = Run(lane)
    inject(run)
    run.settle()
    return run.account()
