"""The outcomes of a message, and the exceptions that lead to them.

    Exception
    ├── AlreadyDone            the work was done before: the message is deleted
    ├── RetryLater             it can succeed after a known time: the message returns to the queue for that long
    ├── CircuitOpen            a dependency is down: the message and the rest of its batch return to the queue for a while
    ├── NonRetryable           it can never succeed: the message goes to the DLQ immediately
    │   └── InvalidMessageError    the body does not validate
    ├── ParsingError           the message class raised another error: the message returns to the queue
    ├── BatchError             some failed, and the event source mapping does not read which
    ├── EventError             the event is not a batch of SQS messages
    └── SettingsError          environment variables are missing or wrong

Any other exception counts as a failure that may pass, so the message returns to the queue. This includes exceptions that do
not derive from Exception, such as asyncio.CancelledError. Only exceptions that are meant for the process (`ends_the_process`)
fail the whole batch.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Outcome: TypeAlias = Literal[
    "Processed", "Duplicate", "NonRetryable", "Failed", "RetryLater", "Paused", "OutOfTime", "HeldBack", "Unfinished"
]
"""How one delivery of a message ended. It is also the name of the metric that counts it. These are strings, because they are
looked up for each record and members of an Enum are slow to look up.
"""
PROCESSED: Final = "Processed"
DUPLICATE: Final = "Duplicate"
"""The work had been done before (`AlreadyDone`). The message is deleted."""
NON_RETRYABLE: Final = "NonRetryable"
"""The message can never succeed, and a copy is in the DLQ."""
FAILED: Final = "Failed"
"""The message returns to the queue."""
RETRY_LATER: Final = "RetryLater"
"""The worker's function wants another attempt after a certain time. The message returns to the queue."""
PAUSED: Final = "Paused"
"""A circuit breaker is open, for this message or for an earlier one of the batch. The message returns to the queue."""
OUT_OF_TIME: Final = "OutOfTime"
"""The message was not tried, because too little time was left. It returns to the queue."""
HELD_BACK: Final = "HeldBack"
"""The message was not tried, because an earlier one in its message group failed (FIFO). It returns to the queue."""
UNFINISHED: Final = "Unfinished"
"""The message was in progress when the time ran out. It returns to the queue, although its work can still finish."""
DELETED: Final[frozenset[Outcome]] = frozenset((PROCESSED, DUPLICATE, NON_RETRYABLE))
"""The outcomes after which Lambda deletes the message. After the others it returns to the queue."""
BACKED_OFF = "BackedOff"
"""The metric that counts deliveries whose message returns to the queue with a delay that the worker has set."""


_FOR_THE_PROCESS = (SystemExit, KeyboardInterrupt, GeneratorExit)


def ends_the_process(error: BaseException) -> bool:
    """Whether an exception, or one in an exception group, is meant for the process, and does not concern the message."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(_FOR_THE_PROCESS) is not None
    return isinstance(error, _FOR_THE_PROCESS)


def describe_error(error: BaseException) -> str:
    """Return the exception's type and text."""
    return f"{type(error).__name__}: {text_of(error, 'its text is not available')}"


def text_of(item: object, default: str) -> str:
    """Return `str(item)`, or the default if that raises."""
    try:
        return str(item)
    except Exception:
        return default


class AlreadyDone(Exception):  # noqa: N818 - it does not mean an error
    """Raise it if the message's work was done before. The message is deleted and counted as a duplicate.

    Parameters
    ----------
    text
        The reason in the message's log line.

    Example
    -------
        if not orders.add(order):
            raise AlreadyDone(f"order {order.order_id} is in the table")

    """


class RetryLater(Exception):  # noqa: N818 - it does not mean an error
    """Raise it if the message can succeed after a known time, for example if a service answers with Retry-After.

    The message is invisible for that time, and is then delivered again. This uses up one of its receive attempts. On a FIFO
    queue its message group waits with it. RetryLater needs `failures.backoff`; without that setting, the message is delivered
    again after the queue's visibility timeout.

    Parameters
    ----------
    seconds
        Seconds until the next attempt: 0 or more. Times longer than 11.5 hours are shortened to 11.5 hours, because SQS allows
        12 hours from the receive (API reference, ChangeMessageVisibility).
    reason
        The reason in the message's log line.

    Raises
    ------
    ValueError
        If `seconds` is negative or not a number.

    Example
    -------
        if response.status == 429:
            raise RetryLater(int(response.headers["Retry-After"]), "the mail service limits the rate")

    """

    def __init__(self, seconds: float, reason: str = "") -> None:
        if not seconds >= 0:
            raise ValueError(f"RetryLater: seconds is {seconds}, but must be 0 or more")
        super().__init__(reason)
        self.seconds = seconds


class CircuitOpen(Exception):  # noqa: N818 - it does not mean an error
    """Raise it if a dependency is known to be down, as `pause_on_open` does. It needs `failures.circuit_breaker`.

    The message and the messages of its batch that have not begun return to the queue. They are invisible for a while, which
    uses up one of their receive attempts. Without `failures.circuit_breaker`, the pauses have that setting's default lengths
    or, if `failures.backoff` is not set either, the length of the queue's visibility timeout.

    Parameters
    ----------
    circuit
        The name of the circuit, for the message's log line.

    """

    def __init__(self, circuit: str) -> None:
        super().__init__(f"the circuit {circuit} is open")
        self.circuit = circuit


class NonRetryable(Exception):  # noqa: N818 - the name that users look for
    """Raise it if the message can never succeed.

    If `failures.send_to_dlq_immediately` is set, the message goes to the DLQ immediately, with the text as the reason.
    Otherwise it fails like any other message.

    Parameters
    ----------
    text
        The reason. It is stored with the message and in the log, so do not include the message's content.

    Example
    -------
        if account.is_closed:
            raise NonRetryable("the account is closed")

    """


class InvalidMessageError(NonRetryable):
    """The body does not validate. The text names the wrong fields and the problems, without the values."""


class ParsingError(Exception):
    """Parsing a body raised something other than pydantic's ValidationError.

    The code can be wrong, or a service can be down, so a later attempt can succeed. The text has the type and the place of the
    error, and nothing from the body.
    """


class BatchError(Exception):
    """Messages failed, and the event source mapping does not read which. The whole batch returns to the queue."""


class EventError(Exception):
    """The event is not a batch of SQS messages, so none of it was processed."""


class SettingsError(Exception):
    """Environment variables are missing or wrong. The text names each of them."""
