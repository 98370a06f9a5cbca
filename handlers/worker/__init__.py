"""What every worker's handler has: one record at a time, and an end for each that can be told.

A worker is a settings class, a message class and one function; `Worker` does the rest, on Powertools for AWS Lambda.
"""

from handlers.worker.log import logger, note
from handlers.worker.outcomes import AlreadyDone, NonRetryable
from handlers.worker.secret import Secret
from handlers.worker.settings import Settings
from handlers.worker.worker import Worker

__all__ = ["AlreadyDone", "NonRetryable", "Secret", "Settings", "Worker", "logger", "note"]
