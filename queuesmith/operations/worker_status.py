"""The state of a worker, as `queuesmith status` shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from queuesmith.operations.log_reading import LogEvent
from queuesmith.readers.deployed.current_state import AlarmState


@dataclass(frozen=True)
class QueueStatus:
    """The state of a queue. Counts are SQS's estimates."""

    name: str
    """The queue's name in SQS."""
    visible: int | None
    """Messages waiting to be received. Null, like the other counts, if the caller is not allowed to read them."""
    in_flight: int | None
    """Messages that were received, but are neither deleted nor visible again."""
    delayed: int | None
    """Messages whose delay has not ended."""
    oldest_message_age: int | None
    """Age of the oldest message in seconds (from CloudWatch, a few minutes late). Null if CloudWatch has no value."""


@dataclass(frozen=True)
class MappingStatus:
    """The state of the event source mapping."""

    uuid: str
    """The UUID of the event source mapping."""
    state: str
    """`Enabled`, `Disabled`, `Enabling`, `Disabling`, `Creating`, `Updating` or `Deleting`."""
    last_result: str
    """Lambda's result of the last poll or batch."""


@dataclass(frozen=True)
class FunctionStatus:
    """The state of the function."""

    name: str
    """The function's name in Lambda."""
    state: str
    """`Active`, `Inactive`, `Pending` or `Failed`."""
    last_update: str
    """`Successful`, `Failed` or `InProgress`."""
    errors: int | None
    """Failed invocations in the last hour (from CloudWatch). Null if CloudWatch has no value."""
    throttles: int | None
    """Throttled invocations in the last hour (from CloudWatch). Null if CloudWatch has no value."""
    last_errors: list[LogEvent]
    """The most recent warnings and errors in the function's log of the last hour. A failed message is logged as a warning."""


@dataclass(frozen=True)
class WorkerStatus:
    """The state of a worker."""

    environment: str | None
    """The environment. Null if the queue or the function was selected directly."""
    worker: str
    """The worker's name in `config/` or in its tag. Without an environment, the name of the selected queue or function."""
    queue: QueueStatus | None
    """The queue whose messages the worker processes. Null if it does not exist, or if the key `unknown` lists it."""
    dead_letter_queue: QueueStatus | None
    """The DLQ. Null if the queue has none, or if the key `unknown` lists it."""
    mapping: MappingStatus | None
    """The event source mapping. Null if there is none, or if the key `unknown` lists it."""
    function: FunctionStatus | None
    """The Lambda function. Null if there is none, or if the key `unknown` lists it."""
    alarms: list[AlarmState]
    """The alarms on the queue, the DLQ and the function, and the composite alarms that contain them."""
    problems: list[str]
    """The problems that need action. Empty if there are none."""
    not_read: list[str]
    """The parts that could not be read, each with the reason."""
    unknown: list[str] = field(default_factory=list)
    """Which of `queue`, `dead_letter_queue`, `mapping`, `function` and `alarms` are unknown: they could not be read, or could
    not be looked up because the queue is missing or was not read. If only some values of a part could not be read, the part is
    listed in `not_read`, but not here."""
