"""What can go wrong, as a person is told it.

QueuesmithError
├── UsageError          an argument or a setting that makes no sense (exit status 2)
├── PackagingError      a package that cannot be built, or must not be
├── TerraformError      Terraform is missing, or one of its commands failed
├── EmulatorError       the local AWS did not start, or went away
└── AwsError            AWS refused something, or cannot be reached
    ├── NotFoundError       a queue, a function or a mapping that is not there
    └── AccessDeniedError   the caller may not do that
"""

from __future__ import annotations


class QueuesmithError(Exception):
    """Something a person can fix. The text names what, why and the way out; it is printed without a traceback."""

    exit_status = 1


class UsageError(QueuesmithError):
    """An argument or a setting that makes no sense."""

    exit_status = 2


class PackagingError(QueuesmithError):
    """A package that cannot be built, or must not be."""


class TerraformError(QueuesmithError):
    """Terraform is missing, or one of its commands failed."""


class EmulatorError(QueuesmithError):
    """The local AWS did not start, or went away."""


class AwsError(QueuesmithError):
    """AWS refused something, or cannot be reached."""


class NotFoundError(AwsError):
    """A queue, a function or a mapping that is not there."""


class AccessDeniedError(AwsError):
    """The caller may not do that; the text names the action, and the ARN where AWS says it."""


def of_the_system(error: OSError) -> QueuesmithError:
    """What the operating system refused, with the file that it is about."""
    return QueuesmithError(f"{error.filename or 'the system'}: {error.strerror or error}")
