"""`QueueWorker` and its parts: settings in, Terraform JSON out.

Importing the package loads neither cdktf nor Node. The first use of a construct's name does.
"""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports
from queuesmith.fast_cdktf import install

if TYPE_CHECKING:
    from queuesmith.constructs.alarm_topic import AlarmTopic
    from queuesmith.constructs.dashboard import Dashboard
    from queuesmith.constructs.encryption_key import EncryptionKey
    from queuesmith.constructs.provider import aws_provider
    from queuesmith.constructs.queue_worker import QueueWorker
    from queuesmith.constructs.table import Table
    from queuesmith.settings import EnvironmentSettings, TableSettings, WorkerSettings

__all__ = [
    "AWS_PROVIDER",
    "AlarmTopic",
    "Dashboard",
    "EncryptionKey",
    "EnvironmentSettings",
    "QueueWorker",
    "Table",
    "TableSettings",
    "WorkerSettings",
    "aws_provider",
]

AWS_PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.100, < 7.0"}
"""For `stack.add_override("terraform.required_providers.aws", AWS_PROVIDER)`. Without it, the bindings pin one version.

The constructs use only features that the oldest and the newest version in the range support. A few options need a newer
provider: `aws_provider` returns the range for them. Terraform's lock file selects the version.
"""

install()
__getattr__ = lazy_exports(__name__)
