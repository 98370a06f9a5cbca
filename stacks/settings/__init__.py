"""The settings of a worker and of an environment: shape and type. Limits are not here but in the rules."""

from stacks.settings.alarms import AlarmSettings
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.failures import FailureSettings
from stacks.settings.function import ArtifactSettings, FunctionSettings, LogSettings, S3Object
from stacks.settings.producers import ProducerSettings
from stacks.settings.queue import DeadLetterQueueSettings, ExistingQueueSettings, QueueSettings
from stacks.settings.source import SourceSettings
from stacks.settings.worker import WorkerSettings

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
    "WorkerSettings",
]
