"""Values that depend on an unknown argument of a module."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from queuesmith.rules import Unknown
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, call, queue, read, report, write

UNKNOWN_ARGUMENT = """
    variable "stage" {}
    variable "config" {}
    variable "set" {}
    locals {
      name   = "orders-${var.stage}.fifo"
      policy = jsonencode({ Statement = [{ Effect = "Allow", Resource = "arn:aws:s3:::${var.stage}-files" }] })
    }
    resource "aws_sqs_queue" "orders" {
      name                       = local.name
      policy                     = local.policy
      fifo_queue                 = true
      visibility_timeout_seconds = var.stage != null ? 60 : 30
      message_retention_seconds  = var.config.retention
      delay_seconds              = var.config.delay
      tags                       = { stage = var.stage, set = var.set }
    }
"""


def test_an_unknown_argument_of_a_module_is_not_null(tmp_path: Path) -> None:
    arguments = """
        stage  = var.stage
        config = { retention = 3600, delay = var.delay }
        set    = "yes"
    """
    root = 'variable "stage" {}\nvariable "delay" {}\n' + call("worker", arguments)
    found = queue(write(tmp_path, main=root, worker__main=UNKNOWN_ARGUMENT))
    for unknown in ("name", "policy", "visibility_timeout_seconds", "delay_seconds"):
        assert isinstance(found.value(unknown), Unknown)
    assert (found.value("message_retention_seconds"), found.value("fifo_queue")) == (3600, True)
    assert isinstance(found.value("tags", "stage"), Unknown)
    assert found.value("tags", "set") == "yes"
    policy = found.document.raw(found, ("policy",))
    assert isinstance(policy, Unknown) or ":::${" in json.loads(policy)["Statement"][0]["Resource"]


def test_a_null_argument_of_a_module_is_null(tmp_path: Path) -> None:
    arguments = """
        stage  = null
        config = { retention = 3600, delay = 0 }
        set    = "yes"
    """
    found = queue(write(tmp_path, main=call("worker", arguments), worker__main=UNKNOWN_ARGUMENT))
    assert (found.value("visibility_timeout_seconds"), found.value("delay_seconds")) == (30, 0)


def test_the_output_of_a_module_with_an_unknown_argument_is_unknown(tmp_path: Path) -> None:
    label = 'variable "stage" {}\noutput "name" {\n  value = "orders-${var.stage}.fifo"\n}\n'
    root = 'variable "stage" {}\nvariable "other" { default = "dev" }\n'
    root += call("label", "stage = var.stage", "./label") + call("known", "stage = var.other", "./label")
    root += 'resource "aws_sqs_queue" "unknown" {\n  name = module.label.name\n}\n'
    root += 'resource "aws_sqs_queue" "known" {\n  name = module.known.name\n}\n'
    resources = read(write(tmp_path, main=root, label__main=label)).document.resources
    assert isinstance(resources["aws_sqs_queue.unknown"].value("name"), Unknown)
    assert resources["aws_sqs_queue.known"].value("name") == "orders-dev.fifo"


def test_a_resource_whose_count_is_unknown_is_not_forgotten(tmp_path: Path) -> None:
    module = """
        variable "dead_letter_queue" {}
        resource "aws_sqs_queue_redrive_policy" "orders" {
          count          = var.dead_letter_queue != null ? 1 : 0
          queue_url      = aws_sqs_queue.orders.id
          redrive_policy = jsonencode({ deadLetterTargetArn = var.dead_letter_queue, maxReceiveCount = 5 })
        }
        resource "aws_sqs_queue" "orders" {
          visibility_timeout_seconds = 400
        }
    """
    root = 'variable "dead_letter_queue" {}\n' + call("worker", "dead_letter_queue = var.dead_letter_queue")
    (file,) = report(write(tmp_path, main=root, worker__main=module + textwrap.indent(MAPPING, "    "))).files
    assert "QL004" not in {finding.rule for finding in file.pipelines[0].findings}


def test_a_list_with_an_unknown_part_has_unknown_elements(tmp_path: Path) -> None:
    module = """
        variable "more" {}
        resource "aws_sqs_queue" "orders" {
          names = concat(var.more, ["a"])
          known = concat(["b"], ["a"])
        }
    """
    found = queue(write(tmp_path, main='variable "more" {}\n' + call("worker", "more = var.more"), worker__main=module))
    assert isinstance(found.value("names"), Unknown)
    assert found.value("known") == ["b", "a"]


@pytest.mark.parametrize(
    ("expression", "is_unknown"),
    [
        ('length(regexall(":sqs:", var.arn)) > 0 ? null : "LATEST"', True),
        ('length(regexall(":sqs:", each.value)) > 0 ? null : "LATEST"', True),
        ('strcontains(local.arn, ":sqs:") ? 1 : 2', True),
        ('split(":", var.text)[1]', False),
        ('replace(each.key, "x", "y")', False),
    ],
)
def test_a_function_cannot_search_an_arn(expression: str, is_unknown: bool, tmp_path: Path) -> None:
    """tfparse has the id of the queue's block in place of its ARN."""
    module = f"""
        variable "arn" {{}}
        variable "text" {{}}
        locals {{ arn = var.arn }}
        resource "aws_sqs_queue" "orders" {{
          for_each = {{ x = var.arn }}
          other    = {expression}
        }}
    """
    root = 'resource "aws_sqs_queue" "root" {}\n' + call("worker", 'arn = aws_sqs_queue.root.arn\ntext = "a:b"')
    found = read(write(tmp_path, main=root, worker__main=module)).document.resources['module.worker.aws_sqs_queue.orders["x"]']
    assert isinstance(found.value("other"), Unknown) == is_unknown


def test_a_default_that_the_deployment_replaces_is_no_missing_package(tmp_path: Path) -> None:
    image = MAPPING.replace('s3_bucket     = "artifacts"', "image_uri     = var.image").replace(
        '  s3_key        = "orders.zip"\n', ""
    )
    variable = 'variable "image" {\n  default = ""\n}\n'
    (file,) = report(write(tmp_path, main=variable + image, queues=QUEUES)).files
    assert "QL204" not in {finding.rule for finding in file.pipelines[0].findings}


def test_an_argument_with_the_module_s_own_output_is_unknown(tmp_path: Path) -> None:
    module = """
        variable "redrive" { default = "" }
        resource "aws_sqs_queue" "dead" {}
        resource "aws_sqs_queue" "orders" {
          redrive_policy = var.redrive
        }
        output "dead" { value = aws_sqs_queue.dead.arn }
    """
    root = call("worker", "redrive = jsonencode({ deadLetterTargetArn = module.worker.dead, maxReceiveCount = 5 })")
    assert isinstance(queue(write(tmp_path, main=root, worker__main=module)).value("redrive_policy"), Unknown)
