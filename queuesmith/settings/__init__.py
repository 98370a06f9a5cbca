"""The models of users' settings, and loading TOML files into them."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.settings.alarms import AlarmSettings
    from queuesmith.settings.environment import EnvironmentSettings, TableSettings
    from queuesmith.settings.failures import FailureSettings
    from queuesmith.settings.function import ArtifactSettings, FunctionSettings, LogSettings, S3Object
    from queuesmith.settings.loading import environment_names
    from queuesmith.settings.producers import ProducerSettings
    from queuesmith.settings.project import settings_of
    from queuesmith.settings.queue import DeadLetterQueueSettings, ExistingQueueSettings, QueueSettings
    from queuesmith.settings.source import SourceSettings
    from queuesmith.settings.worker import WorkerSettings

__all__ = [
    "AlarmSettings",
    "ArtifactSettings",
    "DeadLetterQueueSettings",
    "EnvironmentSettings",
    "ExistingQueueSettings",
    "FailureSettings",
    "FunctionSettings",
    "LogSettings",
    "ProducerSettings",
    "QueueSettings",
    "S3Object",
    "SourceSettings",
    "TableSettings",
    "WorkerSettings",
    "environment_names",
    "settings_of",
]

__getattr__ = lazy_exports(__name__)  # commands that need no settings start without pydantic
