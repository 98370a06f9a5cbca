"""A synthesized stack on the emulator: a copy of its folder, with one override file beside the JSON that it leaves as it is."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queuesmith.local.emulator import Endpoint
from queuesmith.terraform.program import Program
from queuesmith.terraform.runner import Terraform

OVERRIDE = "zz_override.tf.json"
"""Terraform merges files whose name ends in _override over the others."""
SERVICES = ("cloudwatch", "dynamodb", "events", "iam", "kms", "lambda", "logs", "secretsmanager", "sns", "sqs", "sts")
HOST_PACKAGE = "host-package.zip"


def override(
    stack: dict[str, Any], endpoints: dict[str, str], package: Path | None = None, *, own_state: bool = True
) -> dict[str, Any]:
    """What the emulator needs: test credentials, its endpoints, a package for this machine, and state beside the JSON.

    Without `own_state` the state stays where the stack's backend has it.
    """
    provider = {
        "access_key": "test",
        "secret_key": "test",
        "allowed_account_ids": [],
        "skip_credentials_validation": True,
        "skip_metadata_api_check": "true",
        "skip_region_validation": True,
        "skip_requesting_account_id": True,
        "endpoints": [endpoints],
    }
    content: dict[str, Any] = {"provider": {"aws": [provider]}}
    if own_state:
        content["terraform"] = {"backend": {"local": {"path": "terraform.tfstate"}}}
    functions = stack.get("resource", {}).get("aws_lambda_function", {})
    if package is not None and functions:
        digest = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
        code = {"filename": HOST_PACKAGE, "source_code_hash": digest}
        content["resource"] = {"aws_lambda_function": dict.fromkeys(functions, code)}
    return content


def prepare(
    stack: Path, folder: Path, endpoints: dict[str, str], package: Path | None = None, *, own_state: bool = True
) -> None:
    """Copy the stack's folder and put the override file into the copy."""
    shutil.copytree(stack, folder, ignore=shutil.ignore_patterns(".terraform*"))
    synthesized = json.loads((folder / "cdk.tf.json").read_text())
    if package is not None:
        shutil.copyfile(package, folder / HOST_PACKAGE)
    (folder / OVERRIDE).write_text(json.dumps(override(synthesized, endpoints, package, own_state=own_state), indent=2))


def without_user_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without the user's AWS profile and credentials, and without their extra arguments for Terraform."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("AWS_", "TF_CLI_ARGS", "TF_VAR_")) and name not in {"TF_DATA_DIR", "TF_WORKSPACE"}
    }


class Deployment:
    """One stack on one emulator. `alarms_endpoint` is another emulator for CloudWatch alone."""

    def __init__(
        self,
        stack: Path,
        folder: Path,
        endpoint: Endpoint,
        cache: Path,
        package: Path | None = None,
        alarms_endpoint: str | None = None,
        program: Program | None = None,
        *,
        own_state: bool = True,
    ) -> None:
        self.folder = folder
        endpoints = dict.fromkeys(SERVICES, endpoint.url)
        if alarms_endpoint:
            endpoints["cloudwatch"] = alarms_endpoint
        prepare(stack, folder, endpoints, package, own_state=own_state)
        self.terraform = Terraform(folder, cache, program, self.environment(endpoint))

    @staticmethod
    def environment(endpoint: Endpoint) -> dict[str, str]:
        """What Terraform runs in to reach an emulator, and nobody else."""
        return {**without_user_settings(os.environ), "AWS_CA_BUNDLE": str(endpoint.ca_bundle)}

    def resource_count(self) -> int:
        """How many resources the stack has."""
        resources = json.loads((self.folder / "cdk.tf.json").read_text())["resource"]
        return sum(len(instances) for instances in resources.values())
