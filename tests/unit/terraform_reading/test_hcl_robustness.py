"""Any folder is either checked or refused: only UsageError is raised."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queuesmith.checks.terraform_check import TerraformFolder, check_terraform
from queuesmith.common.errors import UsageError
from queuesmith.readers.terraform.hcl.comments import suppressions_in_comments
from queuesmith.readers.terraform.hcl.configuration import Configuration
from queuesmith.readers.terraform.hcl.document import HclDocument
from queuesmith.readers.terraform.hcl.folder import FolderReader
from queuesmith.readers.terraform.hcl.lines import SourceLines
from queuesmith.readers.terraform.pipelines import pipelines_in
from queuesmith.rules import check_pipelines
from tests.checking import TODAY
from tests.terraform.test_check import PROJECTS
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES

PROJECT_TEXTS = [path.read_text() for path in sorted(PROJECTS.rglob("*.tf"))]
TEXTS = [QUEUES + MAPPING, *PROJECT_TEXTS]
PIECES = st.sampled_from(
    [
        *(
            '"',
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "${",
            "%{",
            "<<EOT\n",
            "\n",
            "#",
            "/*",
            "*/",
            "\\",
            "=",
            "?",
            ":",
            ".",
            "...",
            "\x00",
        ),
        *(
            "null",
            "each.value",
            "local.x",
            "var.x",
            "module.x.y",
            "aws_sqs_queue.orders[*].arn",
            "for k, v in",
            'dynamic "a" {',
        ),
        *("for_each = ", "count = ", "depends_on = [", "provider = aws.", "jsonencode({", "\ufeff", "\xe9", "\U0001f600"),
        *("[" * 300, "a." * 300, "# queuesmith:ignore", "# queuesmith:ignore QL007,,x", "-1", "1e999", "9" * 400),
        'module "m" {\n  source = "./"\n}\n',
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A text of a project in which pieces are inserted, removed or replaced."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        text = text[:start] + draw(st.just("") | PIECES | st.text(max_size=3)) + text[end:]
    return text.encode("utf-8", "surrogatepass")


def write(content: bytes, folder: Path) -> None:
    (folder / "main.tf").write_bytes(content)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(content=mutated() | st.binary(max_size=300))
def test_a_mutated_file_is_parsed_and_its_references_are_followed(content: bytes) -> None:
    """Without tfparse, all resources have their literal values only."""
    with tempfile.TemporaryDirectory() as name, contextlib.suppress(UsageError):
        write(content, Path(name))
        configuration = Configuration(FolderReader(Path(name)).read())
        call = {"__tfmeta": {"path": "module.worker", "filename": "main.tf"}, "timeout": None}
        document = HclDocument(configuration, {"module": [call]}, {"environment"}, content.decode("utf-8", "replace"))
        pipelines = pipelines_in(document, TODAY, Path(name)).pipelines
        findings = check_pipelines(pipelines).findings
        for pipeline in pipelines:
            SourceLines(configuration).locate(findings, pipeline.name)
        suppressions_in_comments(configuration, document)
        for block in configuration.blocks.values():
            for attribute in block.attributes.values():
                assert attribute.lines.first <= attribute.lines.last
                assert all(isinstance(reference, str) for reference in attribute.references)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(content=mutated())
def test_a_mutated_folder_is_checked_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        write(content, Path(name))
        (Path(name) / "queues.tf").write_text(QUEUES)
        with contextlib.suppress(UsageError):
            check_terraform([TerraformFolder("infra", Path(name))], today=TODAY)


@pytest.mark.parametrize("depth", [100, 900, 5_000])
@pytest.mark.parametrize("kind", ["list", "json", "blocks"])
def test_deep_nesting_is_checked_or_refused(kind: str, depth: int, tmp_path: Path) -> None:
    text = {
        "list": f"locals {{\n  a = {'[' * depth}{']' * depth}\n}}\n",
        "json": f'resource "aws_sqs_queue" "a" {{\n  policy = jsonencode({"[" * depth}local.x{"]" * depth})\n}}\n',
        "blocks": 'resource "aws_sqs_queue" "a" {\n' + "a {\n" * depth + "}\n" * depth + "}\n",
    }[kind]
    write(text.encode(), tmp_path)
    with contextlib.suppress(UsageError):
        check_terraform([TerraformFolder("infra", tmp_path)], today=TODAY)
