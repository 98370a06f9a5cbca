"""Pauses or resumes a worker: disables or enables its event source mapping, and waits until Lambda has done it.

    from queuesmith.operations import switch_mapping

    switch_mapping(boto3.client("lambda"), mapping["UUID"], enabled=False)

While the worker is paused, its messages stay in the queue.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import error_code
from queuesmith.aws.queues import read_depth
from queuesmith.aws.worker import DeployedWorker
from queuesmith.common.errors import AwsError
from queuesmith.common.signals import Stop

POLL = 1.0
"""Seconds between two requests for the mapping's state."""
PATIENCE = 180.0
"""Seconds to wait for the change. Lambda takes up to two minutes."""
_BUSY = frozenset({"ResourceInUseException", "ResourceConflictException"})
_MOVING = frozenset({"Creating", "Enabling", "Disabling", "Updating"})


@dataclass(frozen=True)
class SwitchResult:
    """A worker that was paused or resumed."""

    queue: str
    """The queue's name."""
    mapping: str
    """The mapping's UUID."""
    state: str
    """`Enabled` or `Disabled`."""
    changed: bool
    """Whether the mapping had to be changed."""
    visible: int
    """Messages waiting to be received."""
    in_flight: int
    """Messages that were received, but are neither deleted nor visible again."""
    delayed: int
    """Messages whose delay has not ended."""


def switch_worker(
    worker: DeployedWorker, *, enabled: bool, patience: float = PATIENCE, stop: Stop | None = None
) -> SwitchResult:
    """Pause or resume a worker, and return the resulting queue depth. Raises what `switch_mapping` raises."""
    uuid = str(worker.mapping["UUID"])
    changed = switch_mapping(worker.connection.client("lambda"), uuid, enabled=enabled, patience=patience, stop=stop)
    held = read_depth(worker.sqs, worker.queue)
    state = "Enabled" if enabled else "Disabled"
    return SwitchResult(worker.queue.name, uuid, state, changed, held.visible, held.in_flight, held.delayed)


def switch_mapping(functions: Any, uuid: str, *, enabled: bool, patience: float = PATIENCE, stop: Stop | None = None) -> bool:
    """Enable or disable an event source mapping, and wait until Lambda has done it.

    Returns whether a change was needed. Raises AwsError if the change takes longer than `patience` seconds or `stop` is set
    during the wait. Other errors are boto3's.
    """
    wanted, waiting = "Enabled" if enabled else "Disabled", _Waiting(stop or Stop(), time.monotonic() + patience)
    while (state := _state(functions, uuid)) in _MOVING:
        waiting.wait(f"the mapping {uuid} is {state}, and is not asked to be {wanted} before that ends. Nothing was changed")
    if state == wanted:
        return False
    while not _asked(functions, uuid, enabled=enabled):
        waiting.wait(f"another change of the mapping {uuid} has not ended. Nothing was changed")
    while (state := _state(functions, uuid)) != wanted:
        waiting.wait(f"the mapping {uuid} is {state}, and was asked to be {wanted}, which may still come")
    return True


@dataclass(frozen=True)
class _Waiting:
    stop: Stop
    deadline: float

    def wait(self, how_it_is: str) -> None:
        """Wait for one interval. Raises AwsError, which includes `how_it_is`, on a stop or after the deadline."""
        if self.stop.wait(POLL):
            raise AwsError(f"Stopped while waiting: {how_it_is}")
        if time.monotonic() > self.deadline:
            raise AwsError(f"Gave up waiting: {how_it_is}")


def _state(functions: Any, uuid: str) -> str:
    return str(functions.get_event_source_mapping(UUID=uuid)["State"])


def _asked(functions: Any, uuid: str, *, enabled: bool) -> bool:
    """Request the change. Returns False if another change of the mapping is in progress."""
    try:
        functions.update_event_source_mapping(UUID=uuid, Enabled=enabled)
    except ClientError as error:
        if error_code(error) not in _BUSY:
            raise
        return False
    return True
