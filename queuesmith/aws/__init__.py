"""Connections to AWS, the meaning of its error codes, and finding workers by tags or names."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.aws.boto_errors import is_access_denied, is_not_found
    from queuesmith.aws.connection import Connection
    from queuesmith.aws.discovery import Selection, find_worker, find_workers
    from queuesmith.aws.queues import DeployedQueue, Depth, find_queue, read_depth
    from queuesmith.aws.worker import DeployedWorker, function_name

__all__ = [
    "Connection",
    "DeployedQueue",
    "DeployedWorker",
    "Depth",
    "Selection",
    "find_queue",
    "find_worker",
    "find_workers",
    "function_name",
    "is_access_denied",
    "is_not_found",
    "read_depth",
]

__getattr__ = lazy_exports(__name__)  # the commands start without loading boto3
