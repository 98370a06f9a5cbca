"""A folder in HCL: values, references, variables and modules. Values that cannot be evaluated are unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from queuesmith.rules import Queue, RedrivePolicy, Unknown
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, pipeline, queue_of, report, write


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


def test_a_key_that_is_an_arn_is_the_address_of_its_resource(tmp_path: Path) -> None:
    """tfparse has a random id there, with which no baseline and no suppression would work."""
    repeated = "for_each = toset([for queue in aws_sqs_queue.orders : queue.arn])\n  event_source_arn = each.value"
    mapping = MAPPING.replace("event_source_arn        = aws_sqs_queue.orders.arn", repeated)
    queues = 'resource "aws_sqs_queue" "orders" {\n  for_each = toset(["a", "b"])\n  name = each.key\n}\n'
    (file,) = report(write(tmp_path, main=mapping, queues=queues)).files
    addresses = {each.name for each in file.pipelines}
    assert addresses == {f'aws_lambda_event_source_mapping.orders["aws_sqs_queue.orders[\\"{key}\\"]"]' for key in ("a", "b")}
