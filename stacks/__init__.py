"""Constructs: settings in, Terraform JSON out.

Importing the package loads neither cdktf nor Node; using the name of a construct does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from stacks import bindings

if TYPE_CHECKING:
    from stacks.queue_worker import QueueWorker as QueueWorker
    from stacks.queue_worker_stack import QueueWorkerStack as QueueWorkerStack
    from stacks.settings import WorkerSettings as WorkerSettings
    from stacks.settings.environment import EnvironmentSettings as EnvironmentSettings

bindings.prepare()

_HOME = {
    "EnvironmentSettings": "stacks.settings.environment",
    "QueueWorker": "stacks.queue_worker",
    "QueueWorkerStack": "stacks.queue_worker_stack",
    "WorkerSettings": "stacks.settings",
}
__all__ = ["EnvironmentSettings", "QueueWorker", "QueueWorkerStack", "WorkerSettings"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
