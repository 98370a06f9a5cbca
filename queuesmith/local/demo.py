"""The demo: sends messages to a worker on the emulator, and counts how each of them ended."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queuesmith.common.errors import UsageError
from queuesmith.common.progress import ProgressBoard
from queuesmith.local.demo_messages import INVALID, demo_messages, read_example
from queuesmith.local.emulator import Endpoint
from queuesmith.local.tally import DeployedPipeline, Tally
from queuesmith.operations.messages import Message
from queuesmith.settings.derived.permissions import TABLE_OPERATIONS

if TYPE_CHECKING:
    from queuesmith.settings import WorkerSettings
    from queuesmith.settings.access import TableAccessSettings
    from queuesmith.settings.environment import EnvironmentSettings

MESSAGES = Path("tests") / "messages"
"""The folder of the default examples: `WORKER.json`."""
TIMEOUT = 120.0
"""Seconds to wait for the messages, in addition to the retries of the invalid ones. This usually takes a few seconds."""
POLL_INTERVAL = 0.5
"""Seconds between two counts."""
_GROUPS = 10
"""The number of message groups on a FIFO queue."""


@dataclass(frozen=True)
class Demo:
    """The messages of a demo, and the table in which they are counted."""

    settings: EnvironmentSettings
    worker: str
    table: str
    bodies: tuple[str, ...]

    @classmethod
    def of(cls, settings: EnvironmentSettings, worker: str | None, file: Path | None, count: int) -> Demo:
        """Prepare a demo. Must run in the project's folder. Raises UsageError if it cannot run with this worker or file.

        Parameters
        ----------
        settings
            The environment.
        worker
            The worker. Default: the only one.
        file
            The example of a valid message. Default: `tests/messages/WORKER.json`.
        count
            The number of messages, from FEWEST to MOST. INVALID of them can never succeed.

        """
        worker = _worker(settings, worker)
        table = _table(settings, worker)
        key = settings.tables[table].partition_key
        example = read_example(file or MESSAGES / f"{worker}.json", key)
        return cls(settings, worker, table, tuple(demo_messages(example, key, count)))

    def run(self, endpoint: Endpoint, outputs: Mapping[str, Any], board: ProgressBoard) -> DemoResult:
        """Send the messages, wait until each is written or in the DLQ, and count. boto3's exceptions propagate.

        `outputs` are Terraform's outputs of the environment on the emulator.
        """
        pipeline = DeployedPipeline(
            endpoint,
            self.settings.region,
            outputs,
            worker=self.worker,
            table=self.table,
            partition_key=self.settings.tables[self.table].partition_key,
        )
        begin, count = time.monotonic(), len(self.bodies)
        accepted = pipeline.send(self._messages(), lambda sent: board.show("Sent", sent.accepted, count))
        deadline = time.monotonic() + TIMEOUT + _retry_seconds(self.settings.workers[self.worker])
        while time.monotonic() < deadline:
            written, in_queue, in_dlq = len(pipeline.written_keys()), pipeline.in_queue(), pipeline.in_dlq()
            board.show("Processed", written, count - INVALID)
            board.show("In the DLQ", in_dlq, INVALID)
            if in_queue == 0 and written + in_dlq >= accepted:
                break
            time.sleep(POLL_INTERVAL)
        seconds = time.monotonic() - begin
        return DemoResult(self.worker, self.table, count, pipeline.tally(accepted), seconds)

    def _messages(self) -> Iterator[Message]:
        is_fifo = self.settings.workers[self.worker].is_fifo
        for number, body in enumerate(self.bodies):
            yield Message(body, group=f"group-{number % _GROUPS}" if is_fifo else None)


@dataclass(frozen=True)
class DemoResult:
    """How the messages of a demo ended."""

    worker: str
    """The worker."""
    table: str
    """The table, by its key in the settings."""
    count: int
    """Number of messages that the demo should send."""
    tally: Tally
    """Number of messages by outcome."""
    seconds: float
    """Seconds from the first send until all messages were processed."""

    @property
    def is_logged(self) -> bool:
        """Whether the handler logs the messages that it has processed."""
        return self.tally.unlogged == 0 or self.tally.unlogged < self.tally.written

    @property
    def is_expected(self) -> bool:
        """Whether each message has the expected outcome."""
        unlogged = 0 if self.is_logged else self.count - INVALID
        return self.tally == Tally(
            sent=self.count,
            written_once=self.count - INVALID - unlogged,
            written_repeatedly=0,
            unlogged=unlogged,
            in_dlq=INVALID + self.tally.extra_copies,
            in_queue=0,
        )


def _worker(settings: EnvironmentSettings, worker: str | None) -> str:
    workers, environment = settings.workers, settings.environment
    if worker is None:
        if len(workers) > 1:
            raise UsageError(f"{environment} has several workers. Choose one of them with --worker: {', '.join(workers)}")
        (worker,) = workers
    if worker not in workers:
        raise UsageError(f'{environment} has no worker "{worker}". Its workers are: {", ".join(workers)}')
    chosen = workers[worker]
    problems = {
        "existing_queue": ("the demo needs a queue and a DLQ that the stack creates", chosen.existing_queue is not None),
        "source.enabled": ("no message is processed while it is false", not chosen.source.enabled),
        "source.filters": ("Lambda deletes messages that match none of them", bool(chosen.source.filters)),
    }
    for key, (problem, applies) in problems.items():
        if applies:
            raise UsageError(f"The demo cannot count the messages of {environment}: {worker}, because it has {key}: {problem}")
    return worker


def _table(settings: EnvironmentSettings, worker: str) -> str:
    tables: Mapping[str, TableAccessSettings] = settings.workers[worker].tables
    others = ("idempotency", "circuit_breaker")
    written = [key for key, access in tables.items() if access.access not in others and "PutItem" in _operations(access)]
    if len(written) != 1:
        found = f"has {len(written)} ({', '.join(written)})" if written else "has none"
        raise UsageError(
            f"The demo counts the items in the only table to which a worker writes each message, but {settings.environment}: "
            f"{worker} {found}. The demo needs exactly one workers.{worker}.tables.TABLE with the operation PutItem"
        )
    return written[0]


def _operations(access: TableAccessSettings) -> tuple[str, ...]:
    return access.operations or (TABLE_OPERATIONS[access.access] if access.access else ())


def _retry_seconds(worker: WorkerSettings) -> float:
    """The longest time until a message that always fails is in the DLQ."""
    failures = worker.failures
    if failures.send_to_dlq_immediately:
        return 0
    delay: Any = worker.visibility_timeout if failures.backoff is None else failures.backoff.cap
    return float(delay * worker.max_receive_count)
