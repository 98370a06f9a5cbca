"""Small folders with Terraform files, and what the readers get from them."""

from __future__ import annotations

import textwrap
from pathlib import Path

from queuesmith.checks.reports.report import Report
from queuesmith.checks.terraform_check import TerraformFolder, check_terraform
from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.hcl import Variables
from queuesmith.readers.terraform.hcl.reader import Folder, read_folder
from queuesmith.readers.terraform.pipelines import pipelines_in
from queuesmith.rules import Pipeline, Queue
from tests.checking import TODAY

MAPPING = """
resource "aws_lambda_function" "orders" {
  function_name = "orders"
  timeout       = 60
  s3_bucket     = "artifacts"
  s3_key        = "orders.zip"
  runtime       = "python3.13"
  handler       = "main.lambda_handler"
  role          = "arn:aws:iam::111111111111:role/orders"
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn        = aws_sqs_queue.orders.arn
  function_name           = aws_lambda_function.orders.arn
  function_response_types = ["ReportBatchItemFailures"]
}
"""
QUEUES = """
resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 30
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 3
  })
}

resource "aws_sqs_queue" "dead" {
  name = "orders-dlq"
}
"""


def write(folder: Path, **files: str) -> Path:
    """Write files: `main` becomes `main.tf`, `module__main` becomes `module/main.tf`."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.tf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return folder


def read(folder: Path, *values: str, files: tuple[Path, ...] = ()) -> Folder:
    return read_folder(folder, Variables(values, files))


def pipeline(folder: Path, *values: str) -> Pipeline:
    """The only pipeline of a folder."""
    (found,) = pipelines_in(read(folder, *values).document, TODAY, folder).pipelines
    return found


def report(folder: Path) -> Report:
    return check_terraform([TerraformFolder("infra", folder)], today=TODAY)


def queue_of(folder: Path, text: str, *values: str) -> Queue:
    """The queue of a pipeline in which its block has this text."""
    write(folder, main=MAPPING, queue='resource "aws_sqs_queue" "orders" {\n' + text + "\n}\n")
    return pipeline(folder, *values).queue


def call(name: str, arguments: str = "", source: str = "./worker") -> str:
    return f'module "{name}" {{\n  source = "{source}"\n{textwrap.indent(textwrap.dedent(arguments), "  ")}\n}}\n'


def queue(folder: Path, module: str = "module.worker") -> Resource:
    return read(folder).document.resources[f"{module}.aws_sqs_queue.orders"]
