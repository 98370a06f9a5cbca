"""`queuesmith eject`: the files that it writes. tests/terraform/test_eject.py plans them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import in_process
from tests.conftest import Project
from tests.unit.eject.stacks import STACK, ejected, mapping, metadata


def test_sample_is_ejected_into_files_by_subject(project: Project) -> None:
    assert project.run("dev").returncode == 0
    result = in_process.queuesmith("eject", "dev", "--output", "infra", folder=project.folder)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "infra/alarm-topic.tf: 6 blocks",
        "infra/dashboard.tf: 1 block",
        "infra/orders-alarms.tf: 13 blocks",
        "infra/orders.tf: 10 blocks",
        "infra/outputs.tf: 10 blocks",
        "infra/providers.tf: 1 block",
        "infra/tables.tf: 1 block",
        "infra/versions.tf: 1 block",
    ]
    assert result.stderr.splitlines() == [
        "Wrote 30 resources of cdktf.out/stacks/dev/cdk.tf.json to infra. infra uses the same state (backend: local).",
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


def test_required_version_and_lock_file_are_those_of_the_stack(folder: Path) -> None:
    (STACK / "versions.tf").write_text('terraform {\n  required_version = ">= 1.10.0"\n}\n')
    (STACK / ".terraform.lock.hcl").write_text("# locked\n")
    files = ejected(mapping(batch_size=1))
    assert 'required_version = ">= 1.10.0"' in files["versions.tf"]
    assert Path("infra/.terraform.lock.hcl").read_text() == "# locked\n"


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
