"""Reads the input of `queuesmith check`, and explains why an input cannot be used."""

from __future__ import annotations

import codecs
import json
import re
import shlex
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from queuesmith.common.errors import UsageError
from queuesmith.common.printing import STANDARD_INPUT
from queuesmith.readers.terraform.document import Document
from queuesmith.readers.terraform.plan import PlanDocument
from queuesmith.readers.terraform.synthesized import SynthesizedDocument

_FORMATS = ("0.", "1.")
"""Supported versions of Terraform's JSON plan format: 1.x, and 0.x from before Terraform 1.1."""
_VERSION = re.compile(r"\d+\.\d+")
HOW = "Create one: terraform plan -out=tfplan, then terraform show -json tfplan > plan.json"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""The start of a file that `>` in Windows PowerShell wrote."""
_SECTIONS = frozenset({"resource", "data", "module", "provider", "terraform", "variable", "locals", "output"})
"""The top-level keys of Terraform's JSON syntax."""
_HUMAN_READABLE = ("Terraform will perform", "OpenTofu will perform", "Terraform used the selected", "No changes.")
"""Phrases in a plan in human-readable form."""


def read_document(content: bytes, name: str) -> Document:
    """Read a plan in JSON, or Terraform in JSON syntax. Raises UsageError, which names the problem and the right input."""
    return from_json(_parsed(content, name), name)


def from_json(value: Any, name: str) -> Document:
    """Read a document from parsed JSON. Raises UsageError."""
    if isinstance(value, dict) and ("planned_values" in value or "resource_changes" in value):
        return _plan(value, name)
    if isinstance(value, dict) and _SECTIONS & value.keys():
        return SynthesizedDocument(value)
    raise UsageError(f"{name} is {_describe_json(value)}. {HOW}")


def _plan(value: dict[str, Any], name: str) -> Document:
    version = value.get("format_version")
    if version is None:
        raise UsageError(f"{name} has no format_version, so it is not the output of terraform show -json. {HOW}")
    if not isinstance(version, str) or not _VERSION.match(version):
        shown = json.dumps(version)
        raise UsageError(f"{name} has format_version {shown}, which is not a version number such as 1.2. {HOW}")
    if not version.startswith(_FORMATS):
        text = f"{name} has plan format {version}, but only plan formats 0.x and 1.x are supported"
        raise UsageError(f"{text}. Use a newer queuesmith")
    if value.get("errored") is True:
        raise UsageError(f"{name} is from a failed plan, so parts of it are missing. Fix the error, and create the plan again")
    return PlanDocument(value)


def _describe_json(value: Any) -> str:
    """Describe JSON that is neither a plan nor Terraform."""
    keys = value.keys() if isinstance(value, dict) else set()
    if {"lineage", "serial"} <= keys:
        return "a state file, not a plan"
    if {"values", "terraform_version"} <= keys:
        return "a state, not a plan: it contains no references between resources"
    if "provider_schemas" in keys:
        return "a list of provider schemas, not a plan"
    if {"@level", "@message"} <= keys:
        return "the log of terraform plan -json, not the plan"
    if "format_version" in keys:
        return "Terraform JSON, but not a plan: it has no planned_values"
    return "JSON, but neither a plan nor Terraform in JSON syntax"


def decoded(content: bytes, name: str) -> str:
    """Return the text of a file in UTF-8 or UTF-16. Raises UsageError."""
    try:
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not text in UTF-8 or UTF-16: {error.reason} at byte {error.start}. {HOW}") from error


def _parsed(content: bytes, name: str) -> Any:
    if not content.strip():
        raise UsageError(f"{name} is empty. {HOW}")
    if content.startswith(b"PK") and zipfile.is_zipfile(BytesIO(content)):
        raise UsageError(f"{name} is a binary plan file. {_how_to_convert(name)}")
    text = decoded(content, name)
    if not text.strip():
        raise UsageError(f"{name} is empty. {HOW}")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{name} is {_describe_text(text, error)}. {HOW}") from error
    except RecursionError as error:
        raise UsageError(f"{name} is nested too deeply to be a plan. {HOW}") from error
    except ValueError as error:
        raise UsageError(f"{name} contains a number with more than {sys.get_int_max_str_digits():,} digits. {HOW}") from error


def _how_to_convert(name: str) -> str:
    """The command that writes a binary plan as JSON to another file: a shell empties the output file first."""
    if name == STANDARD_INPUT:
        return HOW
    output = "plan.json" if Path(name).name != "plan.json" else "plan-as-json.json"
    return f"Run: terraform show -json {shlex.quote(name)} > {output}"


def _describe_text(text: str, error: json.JSONDecodeError) -> str:
    """Describe a text that is not JSON."""
    if text.lstrip().startswith('{"@level"'):
        return "the log of terraform plan -json, not the plan"
    if any(words in text for words in _HUMAN_READABLE):
        return "a plan in human-readable form, not JSON"
    problem = error.msg.removesuffix(" starting at").removesuffix(" at")
    return f"not valid JSON (line {error.lineno}: {problem[0].lower()}{problem[1:]})"
