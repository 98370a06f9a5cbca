"""CDKTF constructs: a worker's settings in, Terraform JSON out.

Importing the package loads neither cdktf nor Node; using the name of a construct does.
"""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports
from queuesmith.fast_cdktf import lazy_bindings

if TYPE_CHECKING:
    from queuesmith.constructs.queue_worker import QueueWorker
    from queuesmith.settings import EnvironmentSettings, WorkerSettings

__all__ = ["EnvironmentSettings", "QueueWorker", "WorkerSettings"]

lazy_bindings.prepare()
__getattr__ = lazy_exports(
    __name__,
    {
        "EnvironmentSettings": "queuesmith.settings.environment",
        "QueueWorker": "queuesmith.constructs.queue_worker",
        "WorkerSettings": "queuesmith.settings.worker",
    },
)
