"""Errors, files, texts, times and signals.

This package imports nothing else of the project.
"""

from queuesmith.common.errors import (
    AccessDeniedError,
    AwsError,
    EmulatorError,
    NotFoundError,
    PackagingError,
    QueuesmithError,
    TerraformError,
    UsageError,
)
from queuesmith.common.signals import Stop, graceful_shutdown

__all__ = [
    "AccessDeniedError", "AwsError", "EmulatorError", "NotFoundError", "PackagingError", "QueuesmithError", "Stop",
    "TerraformError", "UsageError", "graceful_shutdown",
]  # fmt: skip
