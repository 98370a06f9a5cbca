"""`QueueWorker` and its parts: settings in, Terraform JSON out.

Importing the package loads neither cdktf nor Node. The first use of a construct's name does.
"""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports
from queuesmith.fast_cdktf import install

if TYPE_CHECKING:
    from queuesmith.constructs.alarm_topic import AlarmTopic
    from queuesmith.constructs.dashboard import Dashboard
    from queuesmith.constructs.provider import AWS_PROVIDER
    from queuesmith.constructs.queue_worker import QueueWorker
    from queuesmith.constructs.table import Table
    from queuesmith.settings import EnvironmentSettings, WorkerSettings

__all__ = ["AWS_PROVIDER", "AlarmTopic", "Dashboard", "EnvironmentSettings", "QueueWorker", "Table", "WorkerSettings"]

install()
__getattr__ = lazy_exports(__name__)
