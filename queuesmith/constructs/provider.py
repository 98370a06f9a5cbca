"""The AWS provider that a stack requires: the versions that its workers' options need."""

from __future__ import annotations

from collections.abc import Iterable

from cdktf import TerraformStack

from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived.provider_versions import SOURCE, provider_constraint, provider_needs, too_old_providers


def aws_provider(workers: Iterable[WorkerSettings]) -> dict[str, str]:
    """Return the AWS provider for a stack with these workers.

    It is `AWS_PROVIDER`, or the same with a newer minimum version if an option needs it.

    For `stack.add_override("terraform.required_providers.aws", aws_provider(…))`.
    """
    return {"source": SOURCE, "version": provider_constraint(workers)}


def provider_problems(stack: TerraformStack, worker: WorkerSettings) -> list[str]:
    """Return a message for each option of a worker that needs a newer provider than the stack requires."""
    if not list(provider_needs(worker)):  # reading the stack takes time
        return []
    required = stack.to_terraform().get("terraform", {}).get("required_providers", {}).get("aws", {})
    return list(too_old_providers(worker, required.get("version", "")))
