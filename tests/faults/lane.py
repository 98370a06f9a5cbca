"""One worker to plant faults in, and one run of messages through it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from queuesmith.aws.queues import Queue, depth
from queuesmith.local.sample_orders import order
from tests.faults.account import Account, End, settle_accounts
from tests.faults.proxy import Decide, FaultProxy
from tests.faults.world import World

PATIENCE = 120.0
"""Seconds until a condition has to hold. The longest that a message takes here is six receives of nine seconds."""
MESSAGES = 300
"""In flight at once."""


def wait_for(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until a condition holds, and fail with its name where it does not."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"after {patience:.0f} s still not: {what}"
        time.sleep(0.1)


def own_number() -> int:
    """Which of pytest's processes this is, counted from 1: each has workers of its own."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1


class Lane:
    """A worker of the world, by its key in the settings. Only one test at a time has it."""

    def __init__(self, world: World, key: str, results: Path | None = None) -> None:
        self.world, self.key, self._results = world, key, results
        self.function = f"prove-{key}"
        self.fifo = key.startswith("fifo")
        suffix = ".fifo" if self.fifo else ""
        self.queue_name = f"{self.function}{suffix}"
        self.queue_url: str = world.outputs[f"{key}_queue_url"]
        self.dlq_url: str = world.outputs[f"{key}_dead_letter_queue_url"]
        self.handler = "main.lambda_handler"
        """Which of the faulty handlers it has, as in the package `handlers.faulty`."""
        self.functions, self.sqs = world.client("lambda"), world.client("sqs")

    @cached_property
    def mapping(self) -> str:
        """The UUID of its event source mapping."""
        found: str = self.functions.list_event_source_mappings(FunctionName=self.function)["EventSourceMappings"][0]["UUID"]
        return found

    def reset(self) -> None:
        """As the stack has made it, and empty."""
        self.enable(on=False)
        self.poller()
        for name in ("must-not-start", "mended"):
            self.switch(name, on=False)
        with suppress(self.functions.exceptions.ResourceNotFoundException):
            self.functions.delete_function_concurrency(FunctionName=self.function)
        self.configure()
        self.attributes(VisibilityTimeout="9")
        self.receives(6)
        for url in (self.queue_url, self.dlq_url):
            self.sqs.purge_queue(QueueUrl=url)

    def configure(self, handler: str = "main.lambda_handler", timeout: int = 3, **variables: str) -> None:
        """Change the function: which of the faulty handlers it is, and what it finds in its environment."""
        self.handler = handler
        module = "handlers.faulty." if self.key not in {"soak", "stranger"} else ""
        before = self.functions.get_function_configuration(FunctionName=self.function)["Environment"]["Variables"]
        kept = {name: value for name, value in before.items() if not name.startswith("AWS_")}
        self.functions.update_function_configuration(
            FunctionName=self.function,
            Handler=f"{module}{handler}",
            Timeout=timeout,
            Environment={"Variables": {**kept, **variables}},
        )

    def reconfigure(self, timeout: int = 3, **variables: str) -> None:
        """The same handler, with another timeout or other variables."""
        self.configure(self.handler, timeout, **variables)

    def poller(self, **faults: int | bool) -> None:
        """What is to go wrong with the poller (`launcher.py`); without arguments, nothing."""
        path = Path(self.world.folder) / "poller" / self.queue_name
        if faults:
            path.write_text(json.dumps(faults))
        else:
            path.unlink(missing_ok=True)

    def switch(self, name: str, *, on: bool) -> None:
        """A switch of the faulty handlers."""
        path = Path(self.world.ledger) / f"{self.function}.{name}"
        if on:
            path.touch()
        else:
            path.unlink(missing_ok=True)

    def enable(self, *, on: bool = True) -> None:
        """Let the mapping poll, or not."""
        self.functions.update_event_source_mapping(UUID=self.mapping, Enabled=on)

    def attributes(self, **values: str) -> None:
        """Change the queue."""
        self.sqs.set_queue_attributes(QueueUrl=self.queue_url, Attributes=values)

    def receives(self, most: int) -> None:
        """How often a message is received before the queue moves it to its DLQ."""
        redrive = {"deadLetterTargetArn": self.dlq.arn, "maxReceiveCount": most}
        self.attributes(RedrivePolicy=json.dumps(redrive))
        if self.fifo:
            self.reconfigure(WORKER_MAX_RECEIVE_COUNT=str(most))

    @cached_property
    def queue(self) -> Queue:
        return self._queue(self.queue_url)

    @cached_property
    def dlq(self) -> Queue:
        return self._queue(self.dlq_url)

    def _queue(self, url: str) -> Queue:
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return Queue(url, found["QueueArn"])

    def depth(self) -> int:
        """How many messages the queue holds, hidden ones included: less work for the local AWS than to say which."""
        return depth(self.sqs, self.queue).total

    def ledger(self) -> list[dict[str, Any]]:
        """What its handlers have written down, in order."""
        try:
            text = (Path(self.world.ledger) / f"{self.function}.jsonl").read_text()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.splitlines()]

    def proves(
        self,
        fault: str,
        plant: Callable[[Run], None],
        *,
        broken: str,
        shown: str,
        least: int = 1,
        copies: bool = False,
        messages: int = MESSAGES,
    ) -> None:
        """Every message of a fault ends where it has to; and with the handler `broken`, the same fault is seen to break a
        promise: `shown`, as the account calls it, at `least` so often. `copies`: whether it may leave two copies of a message
        in the DLQ.
        """
        good = self._try(plant, "main.lambda_handler")
        good.check(copies=copies)
        assert good.messages >= messages
        bad = self._try(plant, f"broken.{broken}")
        with pytest.raises(AssertionError, match=rf"\d+ {shown}"):
            bad.check(copies=copies)
        assert getattr(bad, shown) >= least, f"{bad}: was the fault there at all?"
        self.note(
            "faults", {"fault": fault, "account": asdict(good), "broken": broken, "shown": f"{getattr(bad, shown)} {shown}"}
        )

    def _try(self, plant: Callable[[Run], None], handler: str) -> Account:
        self.reset()
        self.configure(handler)
        run = Run(self)
        plant(run)
        run.settle()
        return run.account()

    def note(self, kind: str, what: dict[str, Any]) -> None:
        """Keep a result for the page."""
        if self._results is not None:
            with (self._results / f"{kind}.jsonl").open("a") as file:
                file.write(f"{json.dumps(what)}\n")


class Run:
    """Messages through a worker, and what became of them."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.prefix = f"{lane.key}-{uuid4().hex[:8]}"
        self.expected: dict[str, End] = {}
        self.ids: dict[str, str] = {}
        self.messages = 0
        self._next = 0
        self._lock = threading.Lock()

    def orders(self, count: int, how: str = "ok:0", end: End = "written") -> list[str]:
        """New orders whose customer says what goes wrong with them, and how they have to end."""
        bodies = []
        for number in range(self._next, self._next + count):
            order_id = f"{self.prefix}-{number:05}"
            body = json.dumps({**order(number), "order_id": order_id, "customer_id": how})
            self.expected[body], self.ids[body] = end, order_id
            bodies.append(body)
        self._next += count
        return bodies

    def poison(self, bodies: Iterable[str]) -> list[str]:
        """Bodies that have to end in the DLQ as they are."""
        found = list(bodies)
        self.expected.update(dict.fromkeys(found, "dead"))
        return found

    def send(self, bodies: Iterable[str], group: Callable[[int], str] = lambda number: f"g{number % 10}") -> None:
        """Send them in this order, in batches of ten."""
        queued = list(bodies)
        for start in range(0, len(queued), 10):
            entries = [
                {"Id": str(number), "MessageBody": body, **self._fifo(start + number, group)}
                for number, body in enumerate(queued[start : start + 10])
            ]
            size = sum(len(entry["MessageBody"].encode()) for entry in entries)
            for part in [entries] if size <= 1_000_000 else [[entry] for entry in entries]:
                answer = self.lane.sqs.send_message_batch(QueueUrl=self.lane.queue_url, Entries=part)
                assert not answer.get("Failed")
        with self._lock:
            self.messages += len(queued)

    def _fifo(self, number: int, group: Callable[[int], str]) -> dict[str, str]:
        return {"MessageGroupId": group(number), "MessageDeduplicationId": uuid4().hex} if self.lane.fifo else {}

    def deliver(self, bodies: Iterable[str], **more: Any) -> None:
        """Send them all, and only then let the mapping poll: all of them are under way at once."""
        self.lane.enable(on=False)
        self.send(bodies, **more)
        self.lane.enable()

    @contextmanager
    def through(self, service: str, decide: Decide) -> Any:
        """Let the handler's requests to a service go through a proxy."""
        with FaultProxy(self.lane.world.endpoint, decide) as proxy:
            self.lane.reconfigure(3, **{f"AWS_ENDPOINT_URL_{service}": proxy.url})
            yield proxy
            self.settle()

    def occupy(self) -> None:
        """Use the function for two seconds for something else, beside the mapping."""
        record: dict[str, Any] = {"messageId": "busy", "receiptHandle": "busy", "eventSource": "aws:sqs"}
        record["attributes"] = {"ApproximateReceiveCount": "1"}
        body = json.dumps({**order(0), "order_id": f"busy-{self.prefix}", "customer_id": "stays:1"})
        event = {"Records": [{**record, "body": body, "eventSourceARN": self.lane.queue.arn}]}
        answer = self.lane.functions.invoke(FunctionName=self.lane.function, Payload=json.dumps(event))
        assert "FunctionError" not in answer

    def settle(self, patience: float = PATIENCE) -> None:
        """Wait until the queue is empty, messages in the hands of a handler included."""
        wait_for(lambda: not self.lane.world.messages(self.lane.queue_url), f"{self.lane.queue_name} is empty", patience)

    def lines(self) -> list[dict[str, Any]]:
        """What the handler wrote down about these orders."""
        return [line for line in self.lane.ledger() if line["order_id"].startswith(self.prefix)]

    def account(self) -> Account:
        """Where everything is."""
        lines = self.lines()
        return settle_accounts(
            self.expected,
            self.ids,
            self.messages,
            self.lane.world.written(),
            Counter(line["order_id"] for line in lines if line["what"] == "written"),
            Counter(self.lane.world.messages(self.lane.dlq_url)),
            Counter(self.lane.world.messages(self.lane.queue_url)),
            sum(1 for line in lines if line["what"] == "begun"),
        )
