"""Reads what somebody gives to `queuesmith check`, and says clearly why something cannot be used."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

from queuesmith.errors import UsageError
from queuesmith.terraform.document import Document
from queuesmith.terraform.plan import PlanDocument
from queuesmith.terraform.synthesized import SynthesizedDocument

FORMATS = ("0.", "1.")
"""Versions of Terraform's JSON plan format that are read: 1.x, and 0.x from before Terraform 1.1."""
HOW = "Make one: terraform plan -out=tfplan, then terraform show -json tfplan > plan.json"


def document(content: bytes, name: str) -> Document:
    """A plan in JSON, or Terraform in JSON syntax. Raises UsageError, naming what was given and what to give."""
    return from_json(_parsed(content, name), name)


def from_json(value: Any, name: str) -> Document:
    """The document in parsed JSON. Raises UsageError."""
    if not isinstance(value, dict):
        raise UsageError(f"{name} is JSON, but neither a plan nor Terraform in JSON syntax. {HOW}")
    if "planned_values" in value or "resource_changes" in value:
        version = str(value.get("format_version", ""))
        if not version.startswith(FORMATS):
            known = "0.x and 1.x"
            raise UsageError(
                f"{name} has the plan format {version or 'of no version'}, but {known} are known. Update queuesmith"
            )
        if value.get("errored") is True:
            raise UsageError(f"{name} is of a plan that failed, so parts of it are missing. Make it again")
        return PlanDocument(value)
    if "values" in value and "terraform_version" in value:
        raise UsageError(f"{name} is a state, not a plan: it lacks what refers to what. {HOW}")
    if "format_version" in value and "provider_schemas" in value:
        raise UsageError(f"{name} lists provider schemas, and is no plan. {HOW}")
    if "lineage" in value and "serial" in value:
        raise UsageError(f"{name} is a state file, not a plan. {HOW}")
    if value.get("format_version") and not {"resource", "data", "module", "provider", "terraform"} & value.keys():
        raise UsageError(f"{name} is not a whole plan: it has no planned_values. {HOW}")
    if not {"resource", "data", "module", "provider", "terraform", "variable", "locals", "output"} & value.keys():
        raise UsageError(f"{name} is JSON, but neither a plan nor Terraform in JSON syntax. {HOW}")
    return SynthesizedDocument(value)


def _parsed(content: bytes, name: str) -> Any:
    if not content.strip():
        raise UsageError(f"{name} is empty. {HOW}")
    if content.startswith(b"PK") and zipfile.is_zipfile(BytesIO(content)):
        raise UsageError(f"{name} is a plan as Terraform saves it. Run: terraform show -json {name} > plan.json")
    try:
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")  # PowerShell's >
        return json.loads(text)
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not text: {error.reason} at byte {error.start}. {HOW}") from error
    except json.JSONDecodeError as error:
        if text.lstrip().startswith('{"@level"'):
            hint = "It is the log of terraform plan -json"
        elif "Terraform will perform" in text or "No changes." in text or "OpenTofu will perform" in text:
            hint = "It is a plan written for people"
        else:
            hint = f"{error.msg} in line {error.lineno}"
        raise UsageError(f"{name} is not JSON: {hint}. {HOW}") from error
    except RecursionError as error:
        raise UsageError(f"{name} is nested too deeply. {HOW}") from error
