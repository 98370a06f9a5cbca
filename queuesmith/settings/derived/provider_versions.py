"""The AWS provider versions that a stack accepts. Options that need a newer provider raise the lower bound of their stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from queuesmith.rules import limits
from queuesmith.settings.field_types import is_token
from queuesmith.settings.worker import WorkerSettings

SOURCE = "hashicorp/aws"
OLDEST = "5.100"
"""The oldest provider that stacks support if no option needs a newer one."""
BELOW = "7.0"
"""The next major version, which can remove arguments."""


@dataclass(frozen=True)
class ProviderNeed:
    """An option with values that only a newer provider accepts."""

    values: str
    """What needs the provider, in the plural, as the option's docstring says it."""
    version: str
    """The first provider version that accepts them."""
    documentation: str
    """The source of the version."""
    setting: Callable[[WorkerSettings], str | None]
    """The setting of a worker that needs it, as in `function.runtime is python3.14`, or None."""


def _large_messages(worker: WorkerSettings) -> str | None:
    size = worker.queue.maximum_message_size
    is_large = size is not None and not is_token(size) and size > limits.MESSAGE_SIZE_IN_OLDEST_PROVIDER.high
    return f"queue.maximum_message_size is {size}" if is_large else None


def _newest_python(worker: WorkerSettings) -> str | None:
    function = worker.function
    return "function.runtime is python3.14" if function.artifact.image is None and function.runtime == "python3.14" else None


def _deleted_schedule(worker: WorkerSettings) -> str | None:
    deleted = (key for key, schedule in worker.producers.schedules.items() if schedule.delete_after_completion)
    return next((f"producers.schedules.{key}.delete_after_completion is true" for key in deleted), None)


PROVIDER_NEEDS = (
    ProviderNeed(
        f"values above {limits.MESSAGE_SIZE_IN_OLDEST_PROVIDER.high:,}",
        "6.8",
        "https://github.com/hashicorp/terraform-provider-aws/pull/43710",  # in the changelog of 6.8.0
        _large_messages,
    ),
    ProviderNeed(
        "functions with Python 3.14",
        "6.21",
        "https://github.com/hashicorp/terraform-provider-aws/issues/45024",  # in the changelog of 6.21.0
        _newest_python,
    ),
    ProviderNeed(
        "schedules that are deleted automatically",
        "6.14",
        "https://github.com/hashicorp/terraform-provider-aws/pull/44264",  # in the changelog of 6.14.0
        _deleted_schedule,
    ),
)
"""Every option that needs a provider newer than `OLDEST`. Its docstring names the version too."""


def provider_needs(worker: WorkerSettings) -> Iterator[ProviderNeed]:
    """Yield what a worker's settings need of the provider in addition to `OLDEST`."""
    return (need for need in PROVIDER_NEEDS if need.setting(worker) is not None)


def provider_constraint(workers: Iterable[WorkerSettings]) -> str:
    """Return the version constraint of a stack with these workers: `>= 5.100, < 7.0`, or with a newer minimum version."""
    versions = [OLDEST, *(need.version for worker in workers for need in provider_needs(worker))]
    return f">= {max(versions, key=_numbers)}, < {BELOW}"


def too_old_providers(worker: WorkerSettings, constraint: str) -> Iterator[str]:
    """Yield a message for each option of a worker that needs a newer provider than a version constraint can select."""
    for need in provider_needs(worker):
        if _lower_bound(constraint) < _numbers(need.version):
            yield (
                f"{need.setting(worker)}, but {need.values} need AWS provider {need.version} or later, and the stack's "
                f'required_providers.aws is "{constraint}". Set that to aws_provider(…) with the settings of the stack\'s '
                f'workers, or to "{provider_constraint([worker])}". Or change the setting.'
            )


def _lower_bound(constraint: str) -> tuple[int, ...]:
    """Return the lower bound in a Terraform version constraint. `>= 5.100, < 7.0` and `~> 5.100` have 5.100."""
    bounds = re.findall(r"(?:^|,)\s*(?:>=|~>|>|=)?\s*(\d+(?:\.\d+)*)", constraint)
    return max(map(_numbers, bounds), default=(0, 0, 0))


def _numbers(version: str) -> tuple[int, ...]:
    return (*map(int, version.split(".")), 0, 0)[:3]
