"""Prepares a synthesized stack for the emulator: a copy of its folder, with an override file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OVERRIDE = "zz_override.tf.json"
"""Terraform merges files whose name ends in _override over the other files."""
SERVICES = (
    "cloudwatch",
    "dynamodb",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
)
"""The services whose endpoints are set in the provider."""
CODEDEPLOY = "codedeploy"
"""A service that the emulator lacks. A copy without an endpoint for it has none of its resources."""
_TERRAFORMS_OWN = (".terraform", "terraform.tfstate")
"""The beginnings of the names of Terraform's own files."""


def copy_stack(
    stack: Path,
    folder: Path,
    endpoints: Mapping[str, str],
    packages: Mapping[str, Path] = {},
    replacements: Mapping[str, str] = {},
) -> None:
    """Copy the stack's folder, and write the override file into the copy.

    In an existing copy, Terraform's own files and the state stay, and all other files are replaced.

    Parameters
    ----------
    stack
        The folder of the synthesized stack.
    folder
        The copy.
    endpoints
        The URL of each service. Without one for CodeDeploy, the copy has no gradual deployments.
    packages
        Zips for this machine by function name. A function without one stays unchanged.
    replacements
        Replacements in the stack's JSON, such as ARNs.

    """
    if folder.is_dir():
        _remove_copy(folder)
    shutil.copytree(stack, folder, ignore=shutil.ignore_patterns(".terraform*"), dirs_exist_ok=True)
    synthesized = json.loads(_with_replacements((folder / "cdk.tf.json").read_text(), replacements))
    changes = [_without_role(synthesized), CODEDEPLOY not in endpoints and _without_codedeploy(synthesized)]
    if any(changes) or replacements:
        (folder / "cdk.tf.json").write_text(json.dumps(synthesized, indent=2))
    for package in set(packages.values()):
        shutil.copyfile(package, folder / _copied_name(package))
    (folder / OVERRIDE).write_text(json.dumps(override(synthesized, endpoints, packages), indent=2))


def resource_count(folder: Path) -> int:
    """The number of resources in a stack's folder."""
    resources = json.loads((folder / "cdk.tf.json").read_text())["resource"]
    return sum(len(instances) for instances in resources.values())


def override(stack: dict[str, Any], endpoints: Mapping[str, str], packages: Mapping[str, Path] = {}) -> dict[str, Any]:
    """The override for the emulator: its endpoints, the packages for this machine, and a local state file."""
    provider = {
        "allowed_account_ids": [],
        "skip_credentials_validation": True,
        "skip_metadata_api_check": "true",
        "skip_region_validation": True,
        "skip_requesting_account_id": True,
        "endpoints": [dict(endpoints)],
    }
    content: dict[str, Any] = {
        "provider": {"aws": [provider]},
        "terraform": {"backend": {"local": {"path": "terraform.tfstate"}}},
    }
    functions = stack.get("resource", {}).get("aws_lambda_function", {})
    code = {key: _code(function, packages) for key, function in functions.items()}
    if any(code.values()):
        content["resource"] = {"aws_lambda_function": {key: attributes for key, attributes in code.items() if attributes}}
    return content


def _code(function: Mapping[str, Any], packages: Mapping[str, Path]) -> dict[str, Any]:
    """The attributes in a function's override that replace the source of its code."""
    package = packages.get(function.get("function_name", ""))
    if package is None:
        return {}
    digest = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    removed = dict.fromkeys(name for name in ("s3_bucket", "s3_key", "s3_object_version") if name in function)
    return {"filename": _copied_name(package), "source_code_hash": digest, **removed}


def _copied_name(package: Path) -> str:
    """The name of the copied zip, which differs from the name of the stack's own package."""
    return f"host-{package.name}"


def _remove_copy(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name.startswith(_TERRAFORMS_OWN):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _with_replacements(content: str, replacements: Mapping[str, str]) -> str:
    """Replace whole names only, because a DLQ's ARN can begin with its queue's ARN."""
    if not replacements:
        return content
    return re.sub(rf"({'|'.join(map(re.escape, replacements))})(?![\w.-])", lambda match: replacements[match[1]], content)


def _without_codedeploy(stack: dict[str, Any]) -> bool:
    """Remove CodeDeploy's resources, and let Terraform move the aliases that CodeDeploy would shift.

    Returns whether there were any. Outputs that refer to the resources are removed too.
    """
    resources = stack.get("resource", {})
    removed = [f"{kind}.{name}" for kind in [*resources] if kind.startswith("aws_codedeploy_") for name in resources.pop(kind)]
    for alias in resources.get("aws_lambda_alias", {}).values() if removed else ():
        alias.pop("lifecycle", None)
    outputs = stack.get("output", {})
    for name in [name for name, output in outputs.items() if any(each in json.dumps(output) for each in removed)]:
        del outputs[name]
    return bool(removed)


def _without_role(stack: dict[str, Any]) -> bool:
    """Remove the provider's `assume_role`, because the emulator does not have that account. Returns whether there was one.

    An override can replace such a block but cannot remove it.
    """
    roles = [provider.pop("assume_role", None) for provider in stack.get("provider", {}).get("aws", [])]
    return any(roles)
