"""A deployed worker into which a test injects faults."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from queuesmith.aws.queues import DeployedQueue, read_depth
from tests import waiting
from tests.faults.world import World

TIMEOUT = 300.0
"""Seconds until a condition must hold. It only ends tests that would hang."""
LONG_TIMEOUT, LONG_VISIBILITY = 120, 600
"""Seconds, far longer than a batch takes even on a slow machine: a message is delivered again only because it failed."""
SHORT_TIMEOUT, SHORT_VISIBILITY = 6, 12
"""Seconds, for faults that only a timeout ends. A slow machine adds failures, so such tests do not count receive attempts."""
MANY_RECEIVES = 50
"""More receive attempts than any message needs, also on a slow machine."""
OURS = "main.lambda_handler"
"""The handler with the hooks and without a mistake."""


def wait_for(condition: Callable[[], object], what: str, timeout: float = TIMEOUT) -> None:
    """Wait until a condition holds. Fails with the condition's name if it does not."""
    waiting.wait_for(condition, what, timeout, pause=0.1)


def own_number() -> int:
    """The number of this pytest process, starting at 1. Each process has its own workers."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1


def also_simultaneously(lane: str) -> pytest.MarkDecorator:
    """Run a test twice: with one message at a time, and with ten. `lane` is the name of its fixture."""
    return pytest.mark.parametrize(lane, [1, 10], indirect=True, ids=["one at a time", "ten simultaneously"])


class Lane:
    """A worker of the world, by its key in the settings. Only one test at a time uses it."""

    def __init__(self, world: World, key: str, results: Path | None = None, concurrency: int = 1) -> None:
        self.world, self.key, self._results = world, key, results
        self.concurrency = concurrency
        """Messages of a batch that its handler processes simultaneously."""
        self.function = f"prove-{key}"
        self.fifo = key.startswith("fifo")
        suffix = ".fifo" if self.fifo else ""
        self.queue_name = f"{self.function}{suffix}"
        self.queue_url: str = world.outputs[f"{key}_queue_url"]
        self.dlq_url: str = world.outputs[f"{key}_dead_letter_queue_url"]
        self.handler = OURS
        """Its current handler, as named in the package `handlers.faulty`."""
        self.timeout = LONG_TIMEOUT
        """The function's timeout in seconds."""
        self.functions, self.sqs = world.client("lambda"), world.client("sqs")

    @cached_property
    def mapping(self) -> str:
        """The UUID of its event source mapping."""
        found: str = self.functions.list_event_source_mappings(FunctionName=self.function)["EventSourceMappings"][0]["UUID"]
        return found

    def reset(self) -> None:
        """Pause the worker, empty its queues, and set timeouts that a slow machine does not reach."""
        self.enable(on=False)
        self.poller()
        for name in ("must-not-start", "mended", "held"):
            self.switch(name, on=False)
        with suppress(self.functions.exceptions.ResourceNotFoundException):
            self.functions.delete_function_concurrency(FunctionName=self.function)
        self.configure()
        self.times(LONG_TIMEOUT, LONG_VISIBILITY, patient=True)
        self.receives(MANY_RECEIVES)
        self.reconfigure(WORKER_CONCURRENCY=str(self.concurrency))
        for url in (self.queue_url, self.dlq_url):
            self.sqs.purge_queue(QueueUrl=url)

    def times(self, timeout: int = SHORT_TIMEOUT, visibility: int = SHORT_VISIBILITY, *, patient: bool = False) -> None:
        """Set the function's timeout and the queue's visibility timeout, in seconds. `patient`: whether the handler waits
        for an AWS response as long as it can, instead of a second or two.
        """
        self.timeout = timeout
        self.attributes(VisibilityTimeout=str(visibility))
        self.reconfigure(PATIENT="1" if patient else "")

    def configure(self, handler: str = OURS, **variables: str) -> None:
        """Change the function's handler and its environment variables."""
        self.handler = handler
        module = "handlers.faulty." if self.key not in {"soak", "stranger"} else ""
        before = self.functions.get_function_configuration(FunctionName=self.function)["Environment"]["Variables"]
        kept = {name: value for name, value in before.items() if not name.startswith("AWS_")}
        self.functions.update_function_configuration(
            FunctionName=self.function,
            Handler=f"{module}{handler}",
            Timeout=self.timeout,
            Environment={"Variables": {**kept, **variables}},
        )

    def reconfigure(self, **variables: str) -> None:
        """Keep the handler and change the variables."""
        self.configure(self.handler, **variables)

    def poller(self, **faults: int | bool) -> None:
        """Set the faults of the poller (`launcher.py`). No arguments: no faults."""
        path = Path(self.world.folder) / "poller" / self.queue_name
        if faults:
            path.write_text(json.dumps(faults))
        else:
            path.unlink(missing_ok=True)

    def switch(self, name: str, *, on: bool) -> None:
        """Set a switch of the faulty handlers."""
        path = Path(self.world.ledger) / f"{self.function}.{name}"
        if on:
            path.touch()
        else:
            path.unlink(missing_ok=True)

    def enable(self, *, on: bool = True) -> None:
        """Enable or disable the mapping."""
        self.functions.update_event_source_mapping(UUID=self.mapping, Enabled=on)

    def attributes(self, **values: str) -> None:
        """Set attributes of the queue."""
        self.sqs.set_queue_attributes(QueueUrl=self.queue_url, Attributes=values)

    def receives(self, most: int) -> None:
        """Set the queue's maxReceiveCount."""
        redrive = {"deadLetterTargetArn": self.dlq.arn, "maxReceiveCount": most}
        self.attributes(RedrivePolicy=json.dumps(redrive))
        self.reconfigure(WORKER_MAX_RECEIVE_COUNT=str(most))

    @cached_property
    def queue(self) -> DeployedQueue:
        return self._queue(self.queue_url)

    @cached_property
    def dlq(self) -> DeployedQueue:
        return self._queue(self.dlq_url)

    def _queue(self, url: str) -> DeployedQueue:
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return DeployedQueue(url, found["QueueArn"])

    def depth(self) -> int:
        """The number of messages in the queue, including invisible ones. For the emulator this is cheaper than listing them."""
        return read_depth(self.sqs, self.queue).total

    def in_flight(self) -> int:
        """The number of messages in flight."""
        return read_depth(self.sqs, self.queue).in_flight

    def ledger(self) -> list[dict[str, Any]]:
        """The entries that its handlers have written to the ledger, in order."""
        try:
            text = (Path(self.world.ledger) / f"{self.function}.jsonl").read_text()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.splitlines()]

    def note(self, kind: str, what: dict[str, Any]) -> None:
        """Store a result for the page."""
        if self._results is not None:
            with (self._results / f"{kind}.jsonl").open("a") as file:
                file.write(f"{json.dumps(what)}\n")
