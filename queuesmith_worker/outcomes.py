"""How one message ends, and what the worker's function raises to say so.

    Exception
    ├── AlreadyDone            nothing was left to do: the message is deleted
    ├── NonRetryable           it will never work: to the DLQ at once
    │   └── InvalidMessageError    the body is not what the worker's messages are
    ├── ParsingError           the message class raised what says nothing about the message: it comes back
    ├── FailedError            it was tried, and comes back: for Powertools, when all has been said
    ├── OutOfTimeError         not tried: too little time was left
    ├── BatchError             some failed, and the mapping can only be told of all
    ├── EventError             the event is not a batch of SQS messages
    └── SettingsError          the function's environment is not what the worker needs

Whatever else is raised is a failure that may pass: the message comes back. That includes what is no Exception, such as
asyncio.CancelledError. Only what is meant for the process (`ends_the_process`) fails the whole batch.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Outcome: TypeAlias = Literal["Processed", "Duplicate", "NonRetryable", "Failed", "OutOfTime", "HeldBack"]
"""How one delivery of a message ended: also the name of the metric that counts it. Texts and not an Enum, whose members are
slow to look up, as this is done for each record.
"""
PROCESSED: Final = "Processed"
DUPLICATE: Final = "Duplicate"
"""It had been done before (`AlreadyDone`)."""
NON_RETRYABLE: Final = "NonRetryable"
"""It will never work, and is in the DLQ."""
FAILED: Final = "Failed"
"""It comes back."""
OUT_OF_TIME: Final = "OutOfTime"
"""It comes back untried."""
HELD_BACK: Final = "HeldBack"
"""It comes back untried, because one before it in its group failed (FIFO)."""
BACKED_OFF = "BackedOff"
"""The metric of deliveries that come back after a delay of the worker's own."""


_FOR_THE_PROCESS = (SystemExit, KeyboardInterrupt, GeneratorExit)


def ends_the_process(error: BaseException) -> bool:
    """Whether an exception, or one in a group of them, is meant for the process and not about the message."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(_FOR_THE_PROCESS) is not None
    return isinstance(error, _FOR_THE_PROCESS)


class AlreadyDone(Exception):  # noqa: N818 - what is raised is no error
    """Raised by the worker's function where the message's work was done before: it is deleted, and counted apart."""


class NonRetryable(Exception):  # noqa: N818 - the name that people look for
    """Raised by the worker's function where no retry will help: the message goes to the DLQ at once, with this text as the
    reason. The text is kept beside the message and in the log: do not repeat what the message says.
    """


class InvalidMessageError(NonRetryable):
    """A body that does not validate. Names the fields that are wrong and why, and repeats none of their values."""


class ParsingError(Exception):
    """While a body was parsed, something else than pydantic's ValidationError was raised: the code can be wrong, or a service
    away, and then other code takes the message. Names type and place of what was raised, and repeats nothing of the body.
    """


class FailedError(Exception):
    """The message was tried, and comes back."""


class OutOfTimeError(Exception):
    """Too little time was left to try the message."""


class BatchError(Exception):
    """Messages failed, and the mapping does not read which: all of the batch come back."""


class EventError(Exception):
    """The event is not a batch of SQS messages, so nothing of it was worked."""


class SettingsError(Exception):
    """Environment variables are missing or wrong. Names each of them."""
