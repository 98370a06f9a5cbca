"""The errors that a user can see.

QueuesmithError
├── UsageError          an invalid argument or setting (exit status 2)
├── PackagingError      a package that cannot or must not be built
├── TerraformError      Terraform is missing, or one of its commands failed
├── EmulatorError       the emulator did not start, or ended
└── AwsError            AWS refused a request, failed, or cannot be reached
    ├── NotFoundError       a missing queue, function or event source mapping
    └── AccessDeniedError   the caller lacks a permission
"""

from __future__ import annotations


class QueuesmithError(Exception):
    """An error that the user can fix. The text names the problem, the cause and the fix. It is printed without a traceback."""

    exit_status = 1


class UsageError(QueuesmithError):
    """An invalid argument or setting."""

    exit_status = 2


class PackagingError(QueuesmithError):
    """A package that cannot or must not be built."""


class TerraformError(QueuesmithError):
    """Terraform is missing, or one of its commands failed."""


class EmulatorError(QueuesmithError):
    """The emulator did not start, or ended."""


class AwsError(QueuesmithError):
    """AWS refused a request, failed, or cannot be reached."""


class NotFoundError(AwsError):
    """A queue, a function or an event source mapping does not exist."""


class AccessDeniedError(AwsError):
    """The caller lacks a permission. The text names the action, and the ARN if AWS gives it."""


def from_os_error(error: OSError) -> QueuesmithError:
    """An error of the operating system, with the file that it is about."""
    return QueuesmithError(f"{error.filename or 'the system'}: {error.strerror or error}")
