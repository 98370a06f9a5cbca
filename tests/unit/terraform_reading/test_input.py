"""Files that users pass to `queuesmith check` by mistake, and unusual files that are still read."""

from __future__ import annotations

import codecs
import io
import json
import zipfile
from typing import Any

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.common.printing import STANDARD_INPUT
from queuesmith.readers.terraform.document import Document
from queuesmith.readers.terraform.input import HOW, read_document
from queuesmith.readers.terraform.plan import PlanDocument
from queuesmith.readers.terraform.synthesized import SynthesizedDocument
from tests.plans import plan

PLAN = plan([], {})
TEXT = json.dumps(PLAN)
NEITHER = f"plan.json is JSON, but neither a plan nor Terraform in JSON syntax. {HOW}"
NEWER = "but only plan formats 0.x and 1.x are supported. Use a newer queuesmith"


def saved_plan() -> bytes:
    """A plan as `terraform plan -out` writes it: a zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("tfplan", b"\x00\x01")
    return content.getvalue()


def error_for(content: bytes | Any) -> str:
    with pytest.raises(UsageError) as error:
        read_document(content if isinstance(content, bytes) else json.dumps(content).encode(), "plan.json")
    return str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b" \n\t ", id="white space"),
        pytest.param(codecs.BOM_UTF8, id="mark of UTF-8"),
        pytest.param(codecs.BOM_UTF16_LE + "\r\n".encode("utf-16-le"), id="mark of UTF-16"),
    ],
)
def test_an_empty_input_is_refused(content: bytes) -> None:
    assert error_for(content) == f"plan.json is empty. {HOW}"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("tfplan", "Run: terraform show -json tfplan > plan.json"),
        ("plan.json", "Run: terraform show -json plan.json > plan-as-json.json"),
        ("./plan.json", "Run: terraform show -json ./plan.json > plan-as-json.json"),
        ("my plan", "Run: terraform show -json 'my plan' > plan.json"),
        (STANDARD_INPUT, HOW),
    ],
)
def test_the_command_for_a_saved_plan_does_not_overwrite_it(name: str, command: str) -> None:
    with pytest.raises(UsageError) as error:
        read_document(saved_plan(), name)
    assert str(error.value) == f"{name} is a binary plan file. {command}"


def test_human_readable_plan_is_refused() -> None:
    text = b"Terraform used the selected providers to generate the following execution plan.\n\n  # aws_sqs_queue.a\n"
    assert error_for(text) == f"plan.json is a plan in human-readable form, not JSON. {HOW}"
    assert error_for(b"\nNo changes. Your infrastructure matches the configuration.\n") == (
        f"plan.json is a plan in human-readable form, not JSON. {HOW}"
    )


@pytest.mark.parametrize("lines", [1, 3])
def test_the_log_of_a_plan_is_refused(lines: int) -> None:
    line = '{"@level":"info","@message":"Terraform 1.11.4","@module":"terraform.ui","type":"version"}\n'
    assert error_for((line * lines).encode()) == f"plan.json is the log of terraform plan -json, not the plan. {HOW}"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"version": 4, "serial": 3, "lineage": "x", "resources": [], "outputs": {}}, "a state file, not a plan"),
        (
            {"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {}}},
            "a state, not a plan: it contains no references between resources",
        ),
        ({"format_version": "1.0", "provider_schemas": {}}, "a list of provider schemas, not a plan"),
        ({"format_version": "1.0"}, "Terraform JSON, but not a plan: it has no planned_values"),
        (
            {"format_version": "1.0", "valid": True, "error_count": 0, "diagnostics": []},
            "Terraform JSON, but not a plan: it has no planned_values",
        ),
    ],
    ids=["state file", "state", "schemas", "empty state", "validate"],
)
def test_other_terraform_json_is_refused_by_its_kind(content: dict[str, Any], what: str) -> None:
    assert error_for(content) == f"plan.json is {what}. {HOW}"


@pytest.mark.parametrize("content", [[], [PLAN], 5, 1.5, "plan", None, True, {}, {"name": "package"}, {"//": {}}])
def test_other_json_is_refused(content: Any) -> None:
    assert error_for(content) == NEITHER


@pytest.mark.parametrize(
    ("version", "given"),
    [
        ("2.0", f"plan format 2.0, {NEWER}"),
        ("10.1", f"plan format 10.1, {NEWER}"),
        (None, f"no format_version, so it is not the output of terraform show -json. {HOW}"),
        (1, f"format_version 1, which is not a version number such as 1.2. {HOW}"),
        ("1", f'format_version "1", which is not a version number such as 1.2. {HOW}'),
    ],
)
def test_an_unknown_plan_format_is_refused(version: Any, given: str) -> None:
    assert error_for({**PLAN, "format_version": version}) == f"plan.json has {given}"


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.2", "1.99"])
def test_known_plan_formats_are_read(version: str) -> None:
    assert isinstance(read({**PLAN, "format_version": version}), PlanDocument)


def read(content: bytes | Any) -> Document:
    return read_document(content if isinstance(content, bytes) else json.dumps(content).encode(), "plan.json")


def test_a_plan_that_failed_is_refused() -> None:
    failed = "plan.json is from a failed plan, so parts of it are missing. Fix the error, and create the plan again"
    assert error_for({**PLAN, "errored": True}) == failed
    assert isinstance(read({**PLAN, "errored": False}), PlanDocument)


def test_truncated_plan_is_refused_with_the_line() -> None:
    half = json.dumps(PLAN, indent=1).encode()[:40]
    assert error_for(half) == f"plan.json is not valid JSON (line 3: unterminated string). {HOW}"
    assert error_for(b'{"a":\n}') == f"plan.json is not valid JSON (line 2: expecting value). {HOW}"


def test_latin_1_is_refused() -> None:
    assert error_for('{"planned_values": "Größe"}'.encode("latin-1")) == (
        f"plan.json is not text in UTF-8 or UTF-16: invalid start byte at byte 22. {HOW}"
    )


@pytest.mark.parametrize(
    "content",
    [TEXT.encode("utf-16"), codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), codecs.BOM_UTF8 + TEXT.encode(), TEXT.encode()],
    ids=["PowerShell", "UTF-16 BE", "UTF-8 with BOM", "UTF-8"],
)
def test_encodings_that_shells_write_are_read(content: bytes) -> None:
    assert isinstance(read(content), PlanDocument)


def test_truncated_utf_16_is_refused() -> None:
    assert error_for(TEXT.encode("utf-16")[:-1]).startswith("plan.json is not text in UTF-8 or UTF-16: truncated data at byte ")


def test_deeply_nested_json_is_refused() -> None:
    deep = b'{"planned_values":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert error_for(deep) == f"plan.json is nested too deeply to be a plan. {HOW}"


def test_number_that_python_cannot_read_is_refused() -> None:
    number = b'{"planned_values":' + b"1" * 5_000 + b"}"
    assert error_for(number) == f"plan.json contains a number with more than 4,300 digits. {HOW}"


@pytest.mark.parametrize("section", ["resource", "data", "module", "provider", "terraform", "variable", "locals", "output"])
def test_terraform_in_json_syntax_is_read(section: str) -> None:
    assert isinstance(read({section: {}}), SynthesizedDocument)
