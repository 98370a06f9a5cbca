"""A synthesized stack for the local AWS: a copy of its folder, with one override file beside the JSON."""

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
"""Terraform merges files whose name ends in _override over the others."""
SERVICES = ("cloudwatch", "dynamodb", "events", "iam", "kms", "lambda", "logs", "secretsmanager", "sns", "sqs", "sts")
"""Whose endpoints the provider is told."""
_TERRAFORMS_OWN = (".terraform", "terraform.tfstate")
"""How the names begin of what Terraform keeps in its folder."""


def prepare(
    stack: Path,
    folder: Path,
    endpoints: Mapping[str, str],
    packages: Mapping[str, Path] = {},
    texts: Mapping[str, str] = {},
) -> None:
    """Copy the stack's folder, and put the override file into the copy. In a copy that is there already, what is Terraform's
    own stays, with the state; everything else is made anew.

    `endpoints` are URLs by service. `packages` are zips for this machine by function name; a function that has none stays as
    it is. `texts` says what takes the place of which ARNs in the JSON.
    """
    if folder.is_dir():
        _remove_copy(folder)
    shutil.copytree(stack, folder, ignore=shutil.ignore_patterns(".terraform*"), dirs_exist_ok=True)
    synthesized = json.loads(_with_texts((folder / "cdk.tf.json").read_text(), texts))
    if _without_role(synthesized) or texts:
        (folder / "cdk.tf.json").write_text(json.dumps(synthesized, indent=2))
    for package in set(packages.values()):
        shutil.copyfile(package, folder / _copied_name(package))
    (folder / OVERRIDE).write_text(json.dumps(override(synthesized, endpoints, packages), indent=2))


def resource_count(folder: Path) -> int:
    """How many resources the stack in a folder has."""
    resources = json.loads((folder / "cdk.tf.json").read_text())["resource"]
    return sum(len(instances) for instances in resources.values())


def override(stack: dict[str, Any], endpoints: Mapping[str, str], packages: Mapping[str, Path] = {}) -> dict[str, Any]:
    """What the local AWS needs: its endpoints, packages for this machine, and state beside the JSON."""
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
        content["resource"] = {"aws_lambda_function": {key: given for key, given in code.items() if given}}
    return content


def _code(function: Mapping[str, Any], packages: Mapping[str, Path]) -> dict[str, Any]:
    """What stands in an override of a function, instead of where its code comes from."""
    package = packages.get(function.get("function_name", ""))
    if package is None:
        return {}
    digest = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    elsewhere = dict.fromkeys(name for name in ("s3_bucket", "s3_key", "s3_object_version") if name in function)
    return {"filename": _copied_name(package), "source_code_hash": digest, **elsewhere}


def _copied_name(package: Path) -> str:
    """So that it does not take the place of the package that the stack itself has in its folder."""
    return f"host-{package.name}"


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
