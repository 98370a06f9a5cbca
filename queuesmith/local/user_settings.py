"""Removes the user's settings for AWS and Terraform, because the emulator is reached with other settings."""

from __future__ import annotations

import os
from collections.abc import Mapping

from queuesmith.local.emulator import Endpoint


def without_user_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without the user's AWS settings and credentials, and without extra arguments for Terraform."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("AWS_", "TF_CLI_ARGS", "TF_VAR_")) and name not in {"TF_DATA_DIR", "TF_WORKSPACE"}
    }


def forget_user_settings() -> None:
    """Remove the same variables from this process's environment."""
    for name in os.environ.keys() - without_user_settings(os.environ).keys():
        del os.environ[name]


def terraform_environment(endpoint: Endpoint) -> dict[str, str]:
    """The environment with which Terraform reaches only the emulator."""
    return {**without_user_settings(os.environ), "AWS_CA_BUNDLE": str(endpoint.ca_bundle), **endpoint.keys}
