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
TIMEOUT = 180.0
"""Seconds to wait for the change. Lambda takes up to two minutes."""
_BUSY = frozenset({"ResourceInUseException", "ResourceConflictException"})
_CHANGING = frozenset({"Creating", "Enabling", "Disabling", "Updating"})


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


def switch_worker(worker: DeployedWorker, *, enabled: bool, timeout: float = TIMEOUT, stop: Stop | None = None) -> SwitchResult:
    """Pause or resume a worker, and return the resulting queue depth. Raises what `switch_mapping` raises."""
    uuid = str(worker.mapping["UUID"])
    changed = switch_mapping(worker.connection.client("lambda"), uuid, enabled=enabled, timeout=timeout, stop=stop)
    held = read_depth(worker.sqs, worker.queue)
    state = "Enabled" if enabled else "Disabled"
    return SwitchResult(worker.queue.name, uuid, state, changed, held.visible, held.in_flight, held.delayed)


def switch_mapping(functions: Any, uuid: str, *, enabled: bool, timeout: float = TIMEOUT, stop: Stop | None = None) -> bool:
    """Enable or disable an event source mapping, and wait until Lambda has done it.

    Returns whether a change was needed. Raises AwsError if the change takes longer than `timeout` seconds or `stop` is set
    during the wait. Other errors are boto3's.
    """
    wanted, waiting = "Enabled" if enabled else "Disabled", _Waiting(stop or Stop(), time.monotonic() + timeout)
    while (state := _state(functions, uuid)) in _CHANGING:
        waiting.wait(f"the mapping {uuid} is still {state}. Nothing was changed")
    if state == wanted:
        return False
    while not _request_change(functions, uuid, enabled=enabled):
        waiting.wait(f"another change of the mapping {uuid} is in progress. Nothing was changed")
    while (state := _state(functions, uuid)) != wanted:
        waiting.wait(f"the mapping {uuid} is still {state}. Lambda may still change it to {wanted}")
    return True


@dataclass(frozen=True)
class _Waiting:
    stop: Stop
    deadline: float

    def wait(self, state: str) -> None:
        """Wait for one interval. Raises AwsError, which includes `state`, on a stop or after the deadline."""
        if self.stop.wait(POLL):
            raise AwsError(f"The wait was interrupted: {state}")
        if time.monotonic() > self.deadline:
            raise AwsError(f"The wait timed out: {state}")


def _state(functions: Any, uuid: str) -> str:
    return str(functions.get_event_source_mapping(UUID=uuid)["State"])


def _request_change(functions: Any, uuid: str, *, enabled: bool) -> bool:
    """Request the change. Returns False if another change of the mapping is in progress."""
    try:
        functions.update_event_source_mapping(UUID=uuid, Enabled=enabled)
    except ClientError as error:
        if error_code(error) not in _BUSY:
            raise
        return False
    return True
