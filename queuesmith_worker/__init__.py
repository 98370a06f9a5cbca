"""The Lambda toolkit: passes each message of a batch to one function, and reports how each message ended.

A worker consists of a settings class, a message class and one function. `Worker` does the rest, on Powertools for AWS Lambda.
"""

from typing import TYPE_CHECKING

from queuesmith_worker.delivery import Delivery
from queuesmith_worker.log import logger, note
from queuesmith_worker.outcomes import AlreadyDone, CircuitOpen, NonRetryable, RetryLater
from queuesmith_worker.secret import Secret
from queuesmith_worker.settings import HandlerSettings
from queuesmith_worker.worker import Worker

if TYPE_CHECKING:
    from queuesmith_worker.circuit import pause_on_open
    from queuesmith_worker.clients import SHORT_TIMEOUTS
    from queuesmith_worker.producer import Producer, SendError

__all__ = [
    "SHORT_TIMEOUTS",
    "AlreadyDone",
    "CircuitOpen",
    "Delivery",
    "HandlerSettings",
    "NonRetryable",
    "Producer",
    "RetryLater",
    "Secret",
    "SendError",
    "Worker",
    "logger",
    "note",
    "pause_on_open",
]


def __getattr__(name: str) -> object:
    if name == "SHORT_TIMEOUTS":
        from queuesmith_worker import clients  # loads boto3, which not every worker needs

        return clients.SHORT_TIMEOUTS
    if name in ("Producer", "SendError"):
        from queuesmith_worker import producer  # loads boto3

        return getattr(producer, name)
    if name == "pause_on_open":
        from queuesmith_worker import circuit  # loads Powertools' circuit breaker

        return circuit.pause_on_open
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
