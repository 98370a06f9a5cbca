"""Modules that tfparse omits or evaluates with null in place of an unknown argument."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.hcl import evaluation, reader, separate_modules
from queuesmith.rules import Unknown
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, read, report, write


def call(name: str, arguments: str = "", source: str = "./worker") -> str:
    return f'module "{name}" {{\n  source = "{source}"\n{textwrap.indent(textwrap.dedent(arguments), "  ")}\n}}\n'


def queue(folder: Path, module: str = "module.worker") -> Resource:
    return read(folder).document.resources[f"{module}.aws_sqs_queue.orders"]


def test_more_modules_than_tfparse_evaluates(tmp_path: Path) -> None:
    """tfparse evaluates 32 modules of a folder at most."""
    write(tmp_path, main="".join(call(f"worker_{number:02}") for number in range(40)), worker__main=QUEUES + MAPPING)
    (file,) = report(tmp_path).files
    assert (file.unresolved, len(file.pipelines)) == ((), 40)
    assert all("QL001" in {finding.rule for finding in each.findings} for each in file.pipelines)


def test_modules_after_one_whose_arguments_are_random(tmp_path: Path) -> None:
    module = 'variable "retention" {}\nresource "aws_sqs_queue" "orders" {\n  message_retention_seconds = var.retention\n}\n'
    random = 'resource "random_id" "suffix" {\n  byte_length = 4\n}\n'
    calls = [call("a_random", "retention = random_id.suffix.hex"), call("worker", "retention = 60 * 60")]
    write(tmp_path, main=random + "".join(calls), worker__main=module)
    assert queue(tmp_path).value("message_retention_seconds") == 3600
    assert isinstance(queue(tmp_path, "module.a_random").value("message_retention_seconds"), Unknown)


def test_modules_that_refer_to_each_other(tmp_path: Path) -> None:
    queue = """
        variable "function" {}
        resource "aws_sqs_queue" "orders" {
          visibility_timeout_seconds = 30
        }
        resource "aws_lambda_event_source_mapping" "orders" {
          event_source_arn = aws_sqs_queue.orders.arn
          function_name    = var.function
        }
        output "arn" { value = aws_sqs_queue.orders.arn }
    """
    function = """
        variable "queue" {}
        resource "aws_lambda_function" "orders" {
          timeout = 60
          environment {
            variables = { QUEUE = var.queue }
          }
        }
        output "arn" { value = aws_lambda_function.orders.arn }
    """
    names = "abcd"
    calls = [call(f"queue_{each}", f"function = module.function_{each}.arn", "./queue") for each in names]
    calls += [call(f"function_{each}", f"queue = module.queue_{each}.arn", "./function") for each in names]
    write(tmp_path, main="".join(calls), queue__main=queue, function__main=function)
    (file,) = report(tmp_path).files
    assert file.unresolved == ()
    messages = {each.message for pipeline in file.pipelines for each in pipeline.findings if each.rule == "QL001"}
    assert {text.split(" s, but ")[1].split(":")[0] for text in messages} == {
        f"module.function_{each}.aws_lambda_function.orders.timeout is 60 s" for each in names
    }


def test_modules_inside_omitted_modules(tmp_path: Path) -> None:
    calls = "".join(call(f"outer_{number:02}", f"retention = {number + 60}", "./outer") for number in range(33))
    inner = 'variable "retention" {}\nresource "aws_sqs_queue" "orders" {\n  message_retention_seconds = var.retention\n}\n'
    outer = 'variable "retention" {}\n' + call("worker", "retention = var.retention * 10", "../worker")
    write(tmp_path, main=calls, outer__main=outer, worker__main=inner)
    values = {
        each.address: each.value("message_retention_seconds") for each in read(tmp_path).document.of_type("aws_sqs_queue")
    }
    expected = {f"module.outer_{at:02}.module.worker.aws_sqs_queue.orders": (at + 60) * 10 for at in range(33)}
    assert values == expected


def test_a_folder_that_takes_too_long_is_evaluated_module_by_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(folder: Path, variable_files: list[Path]) -> evaluation.Blocks:
        return evaluation.evaluate(folder, variable_files, seconds=0.001)

    write(tmp_path, main=call("worker"), worker__main=QUEUES + MAPPING)
    monkeypatch.setattr(reader, "evaluate", too_slow)
    (file,) = report(tmp_path).files
    assert [each.name for each in file.pipelines] == ["module.worker.aws_lambda_event_source_mapping.orders"]
    assert "QL001" in {finding.rule for finding in file.pipelines[0].findings}


def test_a_module_that_cannot_be_evaluated_is_named(tmp_path: Path) -> None:
    """tfparse ends at a type that does not exist."""
    broken = 'variable "timeout" {\n  type    = int\n  default = 5\n}\n'
    write(tmp_path, main=call("broken", source="./broken") + call("worker"), worker__main=QUEUES + MAPPING)
    write(tmp_path, broken__main=broken + QUEUES)
    (file,) = report(tmp_path).files
    assert len(file.pipelines) == 1
    assert dict(file.unresolved) == {"module.broken": "tfparse did not evaluate it, so only its literal values are known"}


def test_a_value_that_was_not_evaluated_is_unknown_and_not_null(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = """
        data "aws_iam_policy_document" "trust" {
          statement {
            actions = ["sts:AssumeRole"]
            principals {
              type        = "Service"
              identifiers = ["lambda.amazonaws.com"]
            }
          }
        }
        resource "aws_sqs_queue" "orders" {
          visibility_timeout_seconds = 60 * 6
          message_retention_seconds  = 3600
          kms_master_key_id          = null
        }
    """
    write(tmp_path, main="".join(call(f"worker_{number:02}") for number in range(33)), worker__main=module)
    monkeypatch.setattr(separate_modules, "evaluate_each", lambda folders: [{} for _ in folders])
    resources = read(tmp_path).document.resources
    assert {resources[f"module.worker_{at:02}.aws_sqs_queue.orders"].value("kms_master_key_id") for at in range(33)} == {None}
    omitted = {each[:-20] for each in resources if each.endswith("aws_sqs_queue.orders")}
    values = [resources[f"{each}aws_sqs_queue.orders"].value("visibility_timeout_seconds") for each in omitted]
    assert sum(isinstance(each, Unknown) for each in values) >= 1
    document = ".data.aws_iam_policy_document.trust"
    actions = [resources[each].value("statement", 0, "actions") for each in resources if each.endswith(document)]
    assert {each if isinstance(each, Unknown) else tuple(each) for each in actions} - {("sts:AssumeRole",)}
    assert None not in actions


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
