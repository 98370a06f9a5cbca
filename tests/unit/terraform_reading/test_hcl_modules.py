"""Modules of a folder in HCL, also those that tfparse omits or does not evaluate."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from queuesmith.readers.terraform.hcl import evaluation, reader, separate_modules
from queuesmith.rules import Unknown
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, call, pipeline, queue, read, report, write


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
    write(tmp_path, main=call("worker"), worker__main=QUEUES + MAPPING)
    monkeypatch.setattr(reader, "Evaluation", partial(evaluation.Evaluation, seconds=0.001))
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
