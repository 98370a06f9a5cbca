"""`queuesmith eject`: the stacks that it finds, and what it refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import in_process
from tests.unit.eject.stacks import STACK, eject, ejected, mapping, refused, write


@pytest.mark.parametrize("stack", [str(STACK), str(STACK / "cdk.tf.json"), "other.tf.json"])
def test_stack_can_be_a_folder_or_a_file(stack: str, folder: Path) -> None:
    write(mapping(batch_size=1))
    Path("other.tf.json").write_text(json.dumps(mapping(batch_size=1)))
    document = json.loads(eject("--json", stack=stack).stdout)
    assert {key: document[key] for key in ("output", "backend", "resources", "files")} == {
        "output": "infra",
        "backend": "local",
        "resources": 1,
        "files": [{"path": "infra/orders.tf", "blocks": 1}, {"path": "infra/versions.tf", "blocks": 1}],
    }


def test_existing_files_are_not_overwritten(folder: Path) -> None:
    write(mapping(batch_size=1))
    Path("infra").mkdir()
    assert eject().returncode == 0, "an empty folder can be used"
    before = {path: path.read_bytes() for path in Path("infra").iterdir()}
    result = eject()
    assert (result.returncode, result.stderr) == (
        2,
        "error: infra already exists and is not empty. Specify a new folder with --output\n",
    )
    assert {path: path.read_bytes() for path in Path("infra").iterdir()} == before


@pytest.mark.parametrize("output", [".", "link", f"{STACK}/assets/infra"])
def test_an_output_that_cannot_be_created_by_renaming_is_refused(output: str, folder: Path) -> None:
    write(mapping(batch_size=1))
    (STACK / "assets").mkdir()
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("empty")
    working_directory = folder / "empty" if output == "." else folder
    result = in_process.queuesmith("eject", str(folder / STACK), "--output", output, folder=working_directory)
    assert (result.returncode, result.stderr) == (
        2,
        f"error: {output} cannot be created: it must have a name, must not be a link, and must be outside the stack's assets. "
        "Specify another folder with --output\n",
    )
    assert list((folder / "empty").iterdir()) == list((STACK / "assets").iterdir()) == []


def test_an_output_below_a_file_is_refused(folder: Path) -> None:
    write(mapping(batch_size=1))
    Path("notes").write_text("mine")
    result = in_process.queuesmith("eject", "shop", "--output", "notes/infra", folder=folder)
    assert (result.returncode, result.stderr) == (
        1,
        "error: notes is a file, so notes/infra cannot be created in it. Specify another folder with --output\n",
    )


def test_failure_while_writing_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (STACK / "assets").mkdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "infra/assets")

    monkeypatch.setattr("shutil.copytree", full)
    assert refused(mapping(batch_size=1)) == "error: infra/assets: No space left on device\n"


def test_stack_that_does_not_exist_is_refused(folder: Path) -> None:
    result = eject(stack="prod")
    assert (result.returncode, result.stderr) == (
        2,
        "error: There is no cdktf.out/stacks/prod/cdk.tf.json, and prod is not the folder of a synthesized stack. "
        "Run `cdktf synth`, `make synth` or `python main.py` first\n",
    )


def test_unknown_stack_is_refused_with_the_synthesized_ones(folder: Path) -> None:
    write(mapping(batch_size=1))
    (STACK.parent / "empty").mkdir()
    result = eject(stack="nosuch")
    assert (result.returncode, result.stderr) == (
        2,
        "error: There is no cdktf.out/stacks/nosuch/cdk.tf.json, and nosuch is not the folder of a synthesized stack. "
        "The synthesized stacks are: shop. To synthesize others, run `cdktf synth`, `make synth` or `python main.py`\n",
    )


def test_next_command_quotes_a_folder_with_a_space(folder: Path) -> None:
    write(mapping(batch_size=1))
    result = in_process.queuesmith("eject", "shop", "--output", "my infra", folder=folder)
    assert "Next: terraform -chdir='my infra' init && terraform -chdir='my infra' plan" in result.stderr.splitlines()


@pytest.mark.parametrize("content", ["{", "[]", '{"planned_values": {}}', '{"terraform": []}', '{"resource": []}'])
def test_another_file_is_refused(content: str, folder: Path) -> None:
    assert refused(content) == (
        "error: cdktf.out/stacks/shop/cdk.tf.json is not a configuration in Terraform JSON. "
        "Specify the cdk.tf.json of a synthesized stack\n"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            mapping(provisioner=[{"local-exec": {"command": "x"}}]),
            'aws_lambda_event_source_mapping.m has a "provisioner" block, which eject does not support. '
            "Remove it from the stack first",
        ),
        (
            mapping(dynamic={"filter_criteria": {"for_each": "${var.x}", "content": {}}}),
            'aws_lambda_event_source_mapping.m has a "dynamic" block, which eject does not support. '
            "Remove it from the stack first",
        ),
        (
            {**mapping(), "check": {"x": {}}},
            'The stack has a top-level "check" block, which eject does not support. Remove it first',
        ),
        (
            mapping(filter_criteria={"filter": {"pattern": "x", "other": {"a": 1}}}),
            '"other" in aws_lambda_event_source_mapping.m.filter_criteria.filter can be an attribute or a nested block. '
            "To tell them apart, eject needs the provider schema. Run `terraform init` and "
            "`terraform providers schema -json > schema.json` in the stack's folder, and pass the file with --schema",
        ),
    ],
)
def test_content_that_cannot_be_written_is_refused(content: dict[str, Any], message: str, folder: Path) -> None:
    assert refused(content) == f"error: {message}\n"


def test_an_unsupported_part_of_the_terraform_block_is_refused(folder: Path) -> None:
    message = 'error: The terraform block has "provider_meta", which eject does not support. Remove it from the stack first\n'
    assert refused({**mapping(batch_size=1), "terraform": {"provider_meta": {"aws": {"a": "b"}}}}) == message


def test_schema_tells_blocks_from_attributes(folder: Path) -> None:
    rule = {"id": "expire", "expiration": {"days": 30}, "settings": {"a": 1}}
    content = {"resource": {"aws_s3_bucket_lifecycle_configuration": {"b": {"rule": [rule], "tags": {"a": "b"}}}}}
    problem = '"rule" in aws_s3_bucket_lifecycle_configuration.b can be an attribute or a nested block.'
    assert refused(content).startswith(f"error: {problem}")
    nested = {"block": {"attributes": {"settings": {"type": ["map", "number"]}}, "block_types": {"expiration": {"block": {}}}}}
    block = {"attributes": {"id": {"type": "string"}}, "block_types": {"rule": nested}}
    schema = {"provider": {"block": {}}, "resource_schemas": {"aws_s3_bucket_lifecycle_configuration": {"block": block}}}
    Path("schema.json").write_text(json.dumps({"provider_schemas": {"registry.terraform.io/hashicorp/aws": schema}}))
    assert (
        ejected(content, "--schema", "schema.json")["main.tf"]
        == """\
resource "aws_s3_bucket_lifecycle_configuration" "b" {
  tags = { a = "b" }

  rule {
    id       = "expire"
    settings = { a = 1 }

    expiration {
      days = 30
    }
  }
}
"""
    )


@pytest.mark.parametrize("content", ["{}", "[]", "x", '{"provider_schemas": []}'])
def test_another_file_as_the_schema_is_refused(content: str, folder: Path) -> None:
    Path("schema.json").write_text(content)
    error = refused(mapping(batch_size=1), "--schema", "schema.json")
    assert error == "error: schema.json is not the output of `terraform providers schema -json`\n"


def test_missing_library_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("queuesmith.hcl.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hcl2", None)
    assert refused(mapping(batch_size=1)) == ('error: eject needs python-hcl2. Install it: pip install "queuesmith[cdktf]"\n')
