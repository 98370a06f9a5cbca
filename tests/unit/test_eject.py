"""`queuesmith eject`: the files that it writes, and what it refuses. tests/terraform/test_eject.py plans them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import in_process
from tests.conftest import Project

STACK = Path("cdktf.out/stacks/shop")


def metadata(path: str) -> dict[str, Any]:
    return {"metadata": {"path": f"shop/{path}", "uniqueId": "x"}}


def mapping(**arguments: Any) -> dict[str, Any]:
    """A stack with one event source mapping of the worker orders."""
    body = {"//": metadata("orders/source/mapping"), **arguments}
    return {"resource": {"aws_lambda_event_source_mapping": {"m": body}}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    STACK.mkdir(parents=True)
    return tmp_path


def write(content: Any) -> None:
    (STACK / "cdk.tf.json").write_text(content if isinstance(content, str) else json.dumps(content))


def eject(*arguments: str, stack: str = "shop") -> in_process.Result:
    return in_process.queuesmith("eject", stack, "--output", "infra", *arguments, folder=Path.cwd())


def ejected(content: dict[str, Any], *arguments: str) -> dict[str, str]:
    """The text of each file in the new folder."""
    write(content)
    result = eject(*arguments)
    assert (result.returncode, "error" in result.stderr) == (0, False), result.stderr
    return {path.name: path.read_text() for path in Path("infra").glob("*.tf")}


def refused(content: Any, *arguments: str) -> str:
    """The error of a stack that cannot be ejected. Nothing is left behind."""
    write(content)
    before = sorted(Path.cwd().iterdir())
    result = eject(*arguments)
    assert result.returncode in (1, 2)
    assert sorted(Path.cwd().iterdir()) == before
    return result.stderr


def test_sample_is_ejected_into_files_by_subject(project: Project) -> None:
    assert project.run("dev").returncode == 0
    result = in_process.queuesmith("eject", "dev", "--output", "infra", folder=project.folder)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "infra/alarm-topic.tf: 6 blocks",
        "infra/dashboard.tf: 1 block",
        "infra/orders-alarms.tf: 12 blocks",
        "infra/orders.tf: 10 blocks",
        "infra/outputs.tf: 10 blocks",
        "infra/providers.tf: 1 block",
        "infra/tables.tf: 1 block",
        "infra/versions.tf: 1 block",
    ]
    assert result.stderr.splitlines() == [
        "Wrote 29 resources of cdktf.out/stacks/dev/cdk.tf.json to infra. infra uses the same state (backend: local).",
        "Next: terraform -chdir=infra init && terraform -chdir=infra plan",
        "The plan must show no changes. The next steps are in docs/eject.md.",
    ]
    orders = (project.folder / "infra" / "orders.tf").read_text()
    assert orders.startswith("# Worker orders: its queue, its function, and the permissions between them.\n\n# orders/queue/")
    (zipped,) = (project.folder / "infra").rglob("*.zip")
    path = zipped.relative_to(project.folder / "infra").as_posix()
    assert f'  filename         = "{path}"\n' in orders
    assert f'  source_code_hash = filebase64sha256("${{path.module}}/{path}")\n' in orders
    assert zipped.read_bytes() == (project.folder / "build" / "orders.zip").read_bytes()
    every = "".join(path.read_text() for path in (project.folder / "infra").glob("*.tf"))
    assert "//" not in every.replace("https://", "")
    assert re.findall(r'= "\$\{[^}]*\}"\n', every) == []


def test_blocks_of_a_resource_are_written_in_order(folder: Path) -> None:
    files = ejected(
        {
            "//": {"metadata": {"stackName": "shop"}},
            "resource": {
                "aws_lambda_event_source_mapping": {
                    "m": {
                        "//": metadata("orders/source/mapping"),
                        "batch_size": 10,
                        "depends_on": ["aws_iam_role_policy.p"],
                        "filter_criteria": {"filter": [{"pattern": '{"body":{"a":["x"]}}'}, {"pattern": "${local.p}"}]},
                        "for_each": "${toset(var.queues)}",
                        "lifecycle": {
                            "create_before_destroy": True,
                            "ignore_changes": ["tags", "tags_all"],
                            "precondition": [{"condition": "${var.x}", "error_message": "no ${var.x}"}],
                        },
                        "provider": "aws.west",
                        "queues": None,
                        "scaling_config": [{"maximum_concurrency": 5}],
                        "tags": {"a": "b", "c": "${each.key}"},
                    }
                }
            },
        }
    )
    assert (
        files["orders.tf"]
        == """\
# Worker orders: its queue, its function, and the permissions between them.

# orders/source/mapping
resource "aws_lambda_event_source_mapping" "m" {
  for_each   = toset(var.queues)
  provider   = aws.west
  batch_size = 10
  queues     = null
  tags = {
    a = "b"
    c = each.key
  }
  depends_on = [aws_iam_role_policy.p]

  filter_criteria {
    filter {
      pattern = jsonencode({
        body = {
          a = ["x"]
        }
      })
    }

    filter {
      pattern = local.p
    }
  }

  scaling_config {
    maximum_concurrency = 5
  }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [tags, tags_all]

    precondition {
      condition     = var.x
      error_message = "no ${var.x}"
    }
  }
}
"""
    )


def test_other_sections_are_written(folder: Path) -> None:
    files = ejected(
        {
            "terraform": {
                "required_version": ">= 1.5",
                "required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 6.0"}},
                "backend": {"s3": {"bucket": "${not evaluated}", "assume_role": {"role_arn": "arn"}}},
            },
            "provider": {"aws": [{"region": "eu-west-1", "default_tags": [{"tags": {"a": "b"}}]}, {"alias": "west"}]},
            "variable": {"x": {"type": "list(string)", "default": ["$"], "validation": {"condition": "${var.x != null}"}}},
            "locals": {"p": "${var.x}", "validation": {"dynamic": 1}},
            "module": {"m": {"source": "./m", "providers": {"aws": "aws.west"}, "settings": {"a": [{"b": 1}]}}},
            "output": {
                "o": {"value": "${local.p}", "description": "The parameter", "sensitive": True, "depends_on": ["module.m"]}
            },
            "import": [{"to": "aws_sqs_queue.q", "id": "https://x"}],
            "moved": [{"from": "aws_sqs_queue.old", "to": "aws_sqs_queue.q"}],
            "removed": [{"from": "aws_sqs_queue.gone", "lifecycle": {"destroy": False}}],
            "resource": {"aws_sqs_queue": {"q": {"//": metadata("q"), "name": "q"}}},
            "data": {
                "aws_caller_identity": {"me": {}},
                "terraform_remote_state": {"net": [{"backend": "s3", "config": {"key": "k"}}]},
            },
        }
    )
    assert files == {
        "versions.tf": """\
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  backend "s3" {
    bucket      = "$${not evaluated}"
    assume_role = { role_arn = "arn" }
  }
}
""",
        "providers.tf": """\
provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = { a = "b" }
  }
}

provider "aws" {
  alias = "west"
}
""",
        "variables.tf": """\
variable "x" {
  type    = list(string)
  default = ["$"]

  validation {
    condition = var.x != null
  }
}
""",
        "locals.tf": "locals {\n  p          = var.x\n  validation = { dynamic = 1 }\n}\n",
        "outputs.tf": """\
output "o" {
  value       = local.p
  description = "The parameter"
  sensitive   = true
  depends_on  = [module.m]
}
""",
        "main.tf": """\
module "m" {
  source    = "./m"
  providers = { aws = aws.west }
  settings = {
    a = [
      { b = 1 },
    ]
  }
}

import {
  to = aws_sqs_queue.q
  id = "https://x"
}

moved {
  from = aws_sqs_queue.old
  to   = aws_sqs_queue.q
}

removed {
  from = aws_sqs_queue.gone

  lifecycle {
    destroy = false
  }
}

data "aws_caller_identity" "me" {}

data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { key = "k" }
}

# q
resource "aws_sqs_queue" "q" {
  name = "q"
}
""",
    }


def test_required_version_and_lock_file_are_those_of_the_stack(folder: Path) -> None:
    (STACK / "versions.tf").write_text('terraform {\n  required_version = ">= 1.10.0"\n}\n')
    (STACK / ".terraform.lock.hcl").write_text("# locked\n")
    files = ejected(mapping(batch_size=1))
    assert 'required_version = ">= 1.10.0"' in files["versions.tf"]
    assert Path("infra/.terraform.lock.hcl").read_text() == "# locked\n"


@pytest.mark.parametrize(
    ("backend", "path"),
    [
        ({"backend": {"local": {"path": "../../../state/shop.tfstate"}}}, "../state/shop.tfstate"),
        ({"backend": {"local": {"path": "/var/state/shop.tfstate"}}}, "/var/state/shop.tfstate"),
        ({"backend": {"local": {}}}, "../cdktf.out/stacks/shop/terraform.tfstate"),
        ({}, "../cdktf.out/stacks/shop/terraform.tfstate"),
    ],
)
def test_local_state_is_the_same_file(backend: dict[str, Any], path: str, folder: Path) -> None:
    files = ejected({**mapping(batch_size=1), "terraform": backend})
    assert files["versions.tf"] == f'terraform {{\n  backend "local" {{\n    path = "{path}"\n  }}\n}}\n'


def test_cloud_needs_no_backend(folder: Path) -> None:
    files = ejected({**mapping(batch_size=1), "terraform": {"cloud": {"organization": "o", "workspaces": {"name": "shop"}}}})
    assert files["versions.tf"] == (
        'terraform {\n  cloud {\n    organization = "o"\n\n    workspaces {\n      name = "shop"\n    }\n  }\n}\n'
    )


@pytest.mark.parametrize(
    ("path", "digest"),
    [("assets/orders.zip", "another"), ("orders.zip", "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="), ("no.zip", "x")],
)
def test_hash_of_another_zip_or_outside_the_assets_stays(path: str, digest: str, folder: Path) -> None:
    (STACK / "assets").mkdir()
    for name in ("assets/orders.zip", "orders.zip"):
        (STACK / name).write_bytes(b"x")
    function = {"//": metadata("orders/function/function"), "filename": path, "source_code_hash": digest}
    files = ejected({"resource": {"aws_lambda_function": {"f": function}}})
    assert f'source_code_hash = "{digest}"' in files["orders.tf"]


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("Orders/queue/queue", "orders.tf"),
        ("a b_c/x", "a-b-c.tf"),
        ("x_override/queue", "x-override.tf"),
        ("override/queue", "main.tf"),
        ("..//queue", "main.tf"),
        ("bucket", "main.tf"),
        ("outputs/queue", "outputs.tf"),
    ],
)
def test_file_is_named_after_the_construct(path: str, file: str, folder: Path) -> None:
    files = ejected({"resource": {"aws_sqs_queue": {"q": {"//": metadata(path), "name": "q"}}}})
    assert files.keys() == {file, "versions.tf"}


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
            "To tell them apart, eject needs the provider schema. Run `terraform init -backend=false` and "
            "`terraform providers schema -json > schema.json` in the stack's folder, and pass the file with --schema",
        ),
    ],
)
def test_content_that_cannot_be_written_is_refused(content: dict[str, Any], message: str, folder: Path) -> None:
    assert refused(content) == f"error: {message}\n"


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
