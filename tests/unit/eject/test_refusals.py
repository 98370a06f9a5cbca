"""`queuesmith eject`: the stacks that it finds, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import in_process
from tests.unit.eject.stacks import STACK, eject, mapping, refused, write


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
