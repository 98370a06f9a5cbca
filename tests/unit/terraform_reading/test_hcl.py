"""A folder in HCL: values, references, variables and modules. What is not known is unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.rules import Queue, RedrivePolicy, Unknown
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, pipeline, read, report, write


def queue_of(folder: Path, text: str, *values: str) -> Queue:
    """The queue of a pipeline in which its block has this text."""
    write(folder, main=MAPPING, queue='resource "aws_sqs_queue" "orders" {\n' + text + "\n}\n")
    return pipeline(folder, *values).queue


def test_a_pipeline_is_joined_by_its_references(tmp_path: Path) -> None:
    found = pipeline(write(tmp_path, main=MAPPING, queues=QUEUES))
    assert (found.queue.address, found.function.address) == ("aws_sqs_queue.orders", "aws_lambda_function.orders")
    assert isinstance(found.dead_letter_queue, Queue)
    assert found.dead_letter_queue.address == "aws_sqs_queue.dead"
    assert found.queue.redrive_policy == RedrivePolicy(3, "${aws_sqs_queue.dead.arn}")
    assert found.queue.visibility_timeout == 30


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("10 * 6", 60),
        ("local.timeout + 1", 61),
        ("var.with_default", 7),
        ('lookup({ a = 5 }, "a", 6)', 5),
        ("var.without_value", None),
        ("var.without_value == null ? 1 : 2", None),
        ("data.aws_sqs_queue.other.visibility_timeout_seconds", None),
        ("tonumber(aws_ssm_parameter.timeout.value)", None),
        ("module.missing.timeout", None),
        ("random_integer.timeout.result", None),
    ],
)
def test_a_number_is_evaluated_or_unknown(expression: str, value: int | None, tmp_path: Path) -> None:
    more = """
        variable "with_default" { default = 7 }
        variable "without_value" {}
        locals { timeout = 60 }
        module "missing" { source = "example/missing/aws" }
        data "aws_sqs_queue" "other" { name = "other" }
        resource "aws_ssm_parameter" "timeout" { name = "timeout" }
        resource "random_integer" "timeout" { min = 1 }
    """
    write(tmp_path, more=more)
    found = queue_of(tmp_path, f"visibility_timeout_seconds = {expression}").visibility_timeout
    assert isinstance(found, Unknown) if value is None else found == value


@pytest.mark.parametrize(
    ("text", "is_unknown"),
    [
        ("", False),
        ("kms_master_key_id = null", False),
        ("kms_master_key_id = var.null_by_default", False),
        ("kms_master_key_id = var.null_by_default != null ? var.null_by_default : null", False),
        ("kms_master_key_id = var.without_value", True),
        ("kms_master_key_id = local.of_variable", True),
        ('kms_master_key_id = file("key.txt")', True),
    ],
)
def test_null_is_not_set_only_if_every_part_of_the_expression_is_known(text: str, is_unknown: bool, tmp_path: Path) -> None:
    more = """
        variable "null_by_default" { default = null }
        variable "without_value" {}
        locals { of_variable = var.without_value }
    """
    write(tmp_path, more=more)
    assert isinstance(queue_of(tmp_path, text).kms_key, Unknown) == is_unknown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ('"${var.environment}-orders"', None),
        ('"orders-${random_id.suffix.hex}"', None),
        ('"orders-${data.aws_region.current.name}"', None),
        ('"orders-${upper("a")}"', "orders-A"),
        ('"10000000-0000-4000-8000-000000000000"', "10000000-0000-4000-8000-000000000000"),
    ],
)
def test_a_text_with_an_unknown_part_is_unknown(name: str, value: str | None, tmp_path: Path) -> None:
    more = """
        variable "environment" {}
        resource "random_id" "suffix" { byte_length = 4 }
        data "aws_region" "current" {}
    """
    write(tmp_path, more=more)
    found = queue_of(tmp_path, f"name = {name}").name
    assert isinstance(found, Unknown) if value is None else found == value


def test_an_unknown_part_of_a_json_text_is_unknown_and_the_rest_is_known(tmp_path: Path) -> None:
    write(tmp_path, more='variable "receives" {}\n' + 'resource "aws_sqs_queue" "dead" {}\n')
    policy = "redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = var.receives })"
    queue_of(tmp_path, policy)
    found = pipeline(tmp_path)
    assert isinstance(found.dead_letter_queue, Queue)
    assert isinstance(found.queue.redrive_policy, RedrivePolicy)
    assert isinstance(found.queue.redrive_policy.max_receive_count, Unknown)


def test_an_unknown_dead_letter_queue_is_not_a_missing_one(tmp_path: Path) -> None:
    write(tmp_path, more='module "dead" {\n  source = "example/dead/aws"\n}\n')
    queue_of(tmp_path, "redrive_policy = jsonencode({ deadLetterTargetArn = module.dead.arn, maxReceiveCount = 5 })")
    found = pipeline(tmp_path)
    assert isinstance(found.dead_letter_queue, Unknown)
    assert "QL004" not in {finding.rule for _, finding in report(tmp_path).findings}


def test_variables_have_terraform_s_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, variables='variable "timeout" {\n  type = number\n}\n')

    def timeout(*values: str, files: tuple[Path, ...] = ()) -> object:
        document = read(tmp_path, *values, files=files).document
        return document.resources["aws_sqs_queue.orders"].value("visibility_timeout_seconds")

    assert isinstance(queue_of(tmp_path, "visibility_timeout_seconds = var.timeout").visibility_timeout, Unknown)
    monkeypatch.setenv("TF_VAR_timeout", "1")
    assert timeout() == 1
    (tmp_path / "terraform.tfvars").write_text("timeout = 2\n")
    assert timeout() == 2
    (tmp_path / "b.auto.tfvars").write_text("timeout = 4\n")
    (tmp_path / "a.auto.tfvars.json").write_text('{"timeout": 3}')
    assert timeout() == 4
    elsewhere = tmp_path.parent / f"{tmp_path.name}.tfvars"
    elsewhere.write_text("timeout = 5\n")
    assert timeout(files=(elsewhere,)) == 5
    assert timeout("timeout=6", files=(elsewhere,)) == 6


@pytest.mark.parametrize(("value", "name"), [("a b", "a b"), ('a"${x}', 'a"${x}'), ("1", "1")])
def test_the_value_of_a_string_variable_is_literal(value: str, name: str, tmp_path: Path) -> None:
    write(tmp_path, variables='variable "name" {\n  type = string\n}\n')
    queue_of(tmp_path, "name = var.name")
    assert read(tmp_path, f"name={value}").document.resources["aws_sqs_queue.orders"].values["name"] == name


@pytest.mark.parametrize("option", ["timeout", "=1", "a b=1", ""])
def test_wrong_variable_is_refused(option: str, tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING)
    with pytest.raises(UsageError) as error:
        read(tmp_path, option)
    assert str(error.value) == f'--var is "{option}", but must be NAME=VALUE, such as --var environment=prod'


def test_missing_variable_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING)
    with pytest.raises(UsageError, match=r"^--var-file: .*none\.tfvars cannot be read: No such file or directory$"):
        read(tmp_path, files=(tmp_path / "none.tfvars",))


def test_modules_are_read_with_their_arguments(tmp_path: Path) -> None:
    root = """
        module "worker" {
          source   = "./worker"
          for_each = { fast = 10, slow = 900 }
          timeout  = each.value
        }
    """
    worker = 'variable "timeout" {}\n' + QUEUES.replace("= 30", "= var.timeout") + MAPPING
    write(tmp_path, main=root, worker__main=worker)
    document = read(tmp_path).document
    fast, slow = (f'module.worker["{key}"].aws_sqs_queue.orders' for key in ("fast", "slow"))
    assert document.resources[fast].value("visibility_timeout_seconds") == 10
    assert document.resources[slow].value("visibility_timeout_seconds") == 900
    assert {finding.rule for _, finding in report(tmp_path).findings if finding.address == fast} >= {"QL001", "QL005"}
    assert [name for name, _ in report(tmp_path).files[0].unresolved] == []


def test_downloaded_modules_are_read_where_terraform_init_puts_them(tmp_path: Path) -> None:
    installed = tmp_path / ".terraform" / "modules"
    write(tmp_path, main='module "worker" {\n  source = "example/worker/aws"\n}\n')
    assert report(tmp_path).files[0].unresolved == (
        ("module.worker", "its source example/worker/aws is not on this machine: run terraform init"),
    )
    write(installed / "worker", main=QUEUES + MAPPING)
    modules = {"Modules": [{"Key": "worker", "Source": "example/worker/aws", "Dir": ".terraform/modules/worker"}]}
    (installed / "modules.json").write_text(json.dumps(modules))
    (file,) = report(tmp_path).files
    assert [each.name for each in file.pipelines] == ["module.worker.aws_lambda_event_source_mapping.orders"]
    assert file.unresolved == ()


def test_missing_local_module_is_named(tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING + 'module "gone" {\n  source = "./gone"\n}\n')
    names = dict(report(tmp_path).files[0].unresolved)
    assert names["module.gone"] == "its source ./gone is not on this machine: there is no such folder with Terraform files"


def test_override_files_are_merged(tmp_path: Path) -> None:
    more = 'resource "aws_sqs_queue" "orders" {\n  visibility_timeout_seconds = 90\n}\n'
    found = pipeline(write(tmp_path, main=MAPPING, queues=QUEUES, queues_override=more))
    assert found.queue.visibility_timeout == 90
    assert found.queue.redrive_policy == RedrivePolicy(3, "${aws_sqs_queue.dead.arn}")


def test_json_syntax_and_hcl_are_one_module(tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING)
    queue = {"orders": {"visibility_timeout_seconds": "${10 * 6}", "kms_master_key_id": "${aws_kms_key.queue.arn}"}}
    (tmp_path / "queue.tf.json").write_text(json.dumps({"resource": {"aws_sqs_queue": queue, "aws_kms_key": {"queue": {}}}}))
    found = pipeline(tmp_path)
    assert (found.queue.visibility_timeout, found.queue.kms_key) == (60, "${aws_kms_key.queue.arn}")


@pytest.mark.parametrize(
    ("block", "known"),
    [
        ("scaling_config {\n    maximum_concurrency = 5\n  }", 5),
        ('dynamic "scaling_config" {\n    for_each = [5]\n    content {\n      maximum_concurrency = 5\n    }\n  }', 5),
        (
            'dynamic "scaling_config" {\n    for_each = var.unset == null ? [] : [1]\n    content {\n'
            "      maximum_concurrency = 5\n    }\n  }",
            "unknown",
        ),
        ("", None),
    ],
)
def test_dynamic_blocks_are_known_if_their_condition_is(block: str, known: object, tmp_path: Path) -> None:
    text = MAPPING.replace("  event_source_arn ", f"  {block}\n  event_source_arn ")
    found = pipeline(write(tmp_path, main=text + 'variable "unset" {}\n', queues=QUEUES)).mapping.maximum_concurrency
    assert isinstance(found, Unknown) if known == "unknown" else found == known


def test_several_dynamic_blocks_are_unknown(tmp_path: Path) -> None:
    filters = """
          filter_criteria {
            dynamic "filter" {
              for_each = ["a", "b", "c"]
              content {
                pattern = jsonencode({ body = { kind = [filter.value] } })
              }
            }
          }
    """
    text = MAPPING.replace("  event_source_arn ", f"{filters}\n  event_source_arn ")
    assert isinstance(pipeline(write(tmp_path, main=text, queues=QUEUES)).mapping.filters, Unknown)


def test_a_resource_whose_for_each_is_unknown_is_not_forgotten(tmp_path: Path) -> None:
    """tfparse omits it. Without it, the queue would have no redrive policy."""
    more = """
        variable "urls" { type = set(string) }
        resource "aws_sqs_queue" "dead" {}

        resource "aws_sqs_queue_redrive_policy" "each" {
          for_each       = var.urls
          queue_url      = each.value
          redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
        }
    """
    write(tmp_path, more=more)
    assert isinstance(queue_of(tmp_path, 'name = "orders"').redrive_policy, Unknown)


def test_providers_are_those_that_the_module_gets(tmp_path: Path) -> None:
    root = """
        provider "aws" {
          region = "eu-central-1"
          default_tags {
            tags = { environment = "prod" }
          }
        }

        provider "aws" {
          alias  = "west"
          region = "eu-west-1"
        }

        module "worker" {
          source    = "./worker"
          providers = { aws = aws.west }
        }
    """
    write(tmp_path, main=root, worker__main=QUEUES + MAPPING)
    (west,) = [each for each in read(tmp_path).document.of_type("aws_sqs_queue") if each.name == "orders"]
    assert west.document.provider(west).region == "eu-west-1"
    assert pipeline(tmp_path).environment == "prod"


def test_policies_of_a_module_are_compared_by_reference(tmp_path: Path) -> None:
    role = """
        resource "aws_iam_role" "orders" { name = "orders" }

        resource "aws_iam_role_policy" "orders" {
          role = aws_iam_role.orders.id
          policy = jsonencode({
            Version = "2012-10-17"
            Statement = [{ Effect = "Allow", Action = ["sqs:ReceiveMessage"], Resource = aws_sqs_queue.orders.arn }]
          })
        }
    """
    worker = QUEUES + MAPPING.replace('"arn:aws:iam::111111111111:role/orders"', "aws_iam_role.orders.arn")
    write(tmp_path, main='module "worker" {\n  source = "./worker"\n}\n', worker__main=worker, worker__role=role)
    texts = [finding.message for _, finding in report(tmp_path).findings if finding.rule == "QL207"]
    assert len(texts) == 1
    assert "lacks sqs:DeleteMessage and sqs:GetQueueAttributes on module.worker.aws_sqs_queue.orders" in texts[0]
