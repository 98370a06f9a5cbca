"""Connections to AWS, the meaning of its error codes, and finding workers by tags or names."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.aws.connection import Connection
    from queuesmith.aws.directory import Selection, find_worker, find_workers
    from queuesmith.aws.queues import Depth, Queue, depth, find_queue
    from queuesmith.aws.worker import Worker

__all__ = ["Connection", "Depth", "Queue", "Selection", "Worker", "depth", "find_queue", "find_worker", "find_workers"]

__getattr__ = lazy_exports(  # the commands start without loading boto3
    __name__,
    {
        "Connection": "queuesmith.aws.connection",
        **dict.fromkeys(("Selection", "find_worker", "find_workers"), "queuesmith.aws.directory"),
        **dict.fromkeys(("Depth", "Queue", "depth", "find_queue"), "queuesmith.aws.queues"),
        "Worker": "queuesmith.aws.worker",
    },
)
