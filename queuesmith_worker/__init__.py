"""What every worker's handler has: one record at a time, and an end for each that can be told.

A worker is a settings class, a message class and one function; `Worker` does the rest, on Powertools for AWS Lambda.
"""

from queuesmith_worker.log import logger, note
from queuesmith_worker.outcomes import AlreadyDone, NonRetryable
from queuesmith_worker.secret import Secret
from queuesmith_worker.settings import Settings
from queuesmith_worker.worker import Worker

__all__ = ["AlreadyDone", "NonRetryable", "Secret", "Settings", "Worker", "logger", "note"]
