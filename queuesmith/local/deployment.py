"""A synthesized stack on the emulator: a copy of its folder, with one override file beside the JSON that it leaves as it is."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
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
_TERRAFORMS_OWN = (".terraform", "terraform.tfstate")
"""How the names begin of what Terraform keeps in its folder."""

Packages = Path | Mapping[str, Path] | None
"""One zip for every function, or one by a function's name; functions that have none stay as they are."""


def override(
    stack: dict[str, Any], endpoints: dict[str, str], packages: Packages = None, *, own_state: bool = True
) -> dict[str, Any]:
    """What the emulator needs: test credentials, its endpoints, packages for this machine, and state beside the JSON.

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
    code = {key: _code(function, packages) for key, function in functions.items()}
    if any(code.values()):
        content["resource"] = {"aws_lambda_function": {key: given for key, given in code.items() if given}}
    return content


def _code(function: Mapping[str, Any], packages: Packages) -> dict[str, Any]:
    """What stands in an override of a function, instead of where its code comes from."""
    package = _package_of(function, packages)
    if package is None:
        return {}
    digest = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    elsewhere = dict.fromkeys(name for name in ("s3_bucket", "s3_key", "s3_object_version") if name in function)
    return {"filename": _copied_name(package, packages), "source_code_hash": digest, **elsewhere}


def _package_of(function: Mapping[str, Any], packages: Packages) -> Path | None:
    return packages.get(function.get("function_name", "")) if isinstance(packages, Mapping) else packages


def _copied_name(package: Path, packages: Packages) -> str:
    return f"host-{package.name}" if isinstance(packages, Mapping) else HOST_PACKAGE


def prepare(
    stack: Path,
    folder: Path,
    endpoints: dict[str, str],
    packages: Packages = None,
    texts: Mapping[str, str] | None = None,
    *,
    own_state: bool = True,
) -> None:
    """Copy the stack's folder, and put the override file into the copy. In a copy that is there already, what is Terraform's
    own stays, with the state; everything else is made anew. `texts` says what takes the place of which ARNs in the JSON.
    """
    if folder.is_dir():
        _remove_copy(folder)
    shutil.copytree(stack, folder, ignore=shutil.ignore_patterns(".terraform*"), dirs_exist_ok=True)
    synthesized = json.loads(_with_texts((folder / "cdk.tf.json").read_text(), texts or {}))
    if _without_role(synthesized) or texts:
        (folder / "cdk.tf.json").write_text(json.dumps(synthesized, indent=2))
    for package in {packages} if isinstance(packages, Path) else set((packages or {}).values()):
        shutil.copyfile(package, folder / _copied_name(package, packages))
    (folder / OVERRIDE).write_text(json.dumps(override(synthesized, endpoints, packages, own_state=own_state), indent=2))


def _remove_copy(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name.startswith(_TERRAFORMS_OWN):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _with_texts(content: str, texts: Mapping[str, str]) -> str:
    """Whole names only: a DLQ's ARN may begin with its queue's."""
    if not texts:
        return content
    return re.sub(rf"({'|'.join(map(re.escape, texts))})(?![\w.-])", lambda match: texts[match[1]], content)


def _without_role(stack: dict[str, Any]) -> bool:
    """Take out the role that Terraform is to take on, which is in an account that the emulator does not have: an override can
    replace such a block, but not take it away. Whether there was one.
    """
    roles = [provider.pop("assume_role", None) for provider in stack.get("provider", {}).get("aws", [])]
    return any(roles)


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


class Deployment:
    """One stack on one emulator. `alarms_endpoint` is another emulator for CloudWatch alone."""

    def __init__(
        self,
        stack: Path,
        folder: Path,
        endpoint: Endpoint,
        cache: Path,
        packages: Packages = None,
        alarms_endpoint: str | None = None,
        program: Program | None = None,
        *,
        texts: Mapping[str, str] | None = None,
        own_state: bool = True,
    ) -> None:
        self.folder = folder
        endpoints = dict.fromkeys(SERVICES, endpoint.url)
        if alarms_endpoint:
            endpoints["cloudwatch"] = alarms_endpoint
        prepare(stack, folder, endpoints, packages, texts, own_state=own_state)
        self.terraform = Terraform(folder, cache, program, self.environment(endpoint))

    @staticmethod
    def environment(endpoint: Endpoint) -> dict[str, str]:
        """What Terraform runs in to reach an emulator, and nobody else."""
        return {**without_user_settings(os.environ), "AWS_CA_BUNDLE": str(endpoint.ca_bundle)}

    def resource_count(self) -> int:
        """How many resources the stack has."""
        resources = json.loads((self.folder / "cdk.tf.json").read_text())["resource"]
        return sum(len(instances) for instances in resources.values())
