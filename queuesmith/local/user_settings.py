"""What the user has set for AWS and Terraform has no part in a local AWS, which is reached with settings of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping

from queuesmith.local.emulator import Endpoint


def without_user_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without the user's AWS profile and credentials, and without their extra arguments for Terraform."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("AWS_", "TF_CLI_ARGS", "TF_VAR_")) and name not in {"TF_DATA_DIR", "TF_WORKSPACE"}
    }


def forget_user_settings() -> None:
    """Take the same out of this process's own environment: the user's AWS profile and credentials have no part in this."""
    for name in os.environ.keys() - without_user_settings(os.environ).keys():
        del os.environ[name]


def terraform_environment(endpoint: Endpoint) -> dict[str, str]:
    """What Terraform runs in to reach a local AWS, and nobody else."""
    return {**without_user_settings(os.environ), "AWS_CA_BUNDLE": str(endpoint.ca_bundle), **endpoint.keys}
