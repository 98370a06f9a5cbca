"""Alarms whose resource is not known, and alarms that never have data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, report, write

ALARM = """
variable "stage" {}
resource "aws_cloudwatch_metric_alarm" "duration" {
  alarm_name          = "duration"
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 720000
  dimensions          = { FunctionName = WATCHED }
}
"""


@pytest.mark.parametrize(
    ("watched", "is_found"), [("aws_lambda_function.orders.function_name", True), ('"${var.stage}-x"', False)]
)
def test_the_threshold_of_an_alarm_on_an_unknown_function_is_not_compared(watched: str, is_found: bool, tmp_path: Path) -> None:
    (file,) = report(write(tmp_path, main=MAPPING, queues=QUEUES, alarm=ALARM.replace("WATCHED", watched))).files
    (pipeline,) = file.pipelines
    assert ("QL306" in {each.rule for each in pipeline.findings}) == is_found
    unknown = ("QL306", "the resource that aws_cloudwatch_metric_alarm.duration watches")
    assert (unknown in pipeline.skipped) != is_found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('metric_name = "Duration"\n dimensions = { FunctionName = aws_lambda_function.orders.function_name }', []),
        (
            'metric_name = "Duration"\n dimensions = { Resource = "x", FunctionName = aws_lambda_function.orders.arn }',
            [],
        ),
        (
            'metric_name = "Time"\n dimensions = { FunctionName = aws_lambda_function.orders.function_name }',
            ['metric_name is "Time", but AWS/Lambda has no such metric: the alarm never has data'],
        ),
        (
            'metric_name = "Errors"\n dimensions = { QueueName = aws_sqs_queue.orders.name }',
            ["dimensions has QueueName, but Errors has the dimension FunctionName: the alarm never has data"],
        ),
        ('metric_name = "Errors"\n dimensions = { (var.name) = aws_sqs_queue.orders.name }', []),
        ('metric_name = "Errors"', []),
    ],
)
def test_an_alarm_on_a_metric_that_does_not_exist_is_found(written: str, found: list[str], tmp_path: Path) -> None:
    alarm = f"""
        variable "name" {{}}
        resource "aws_cloudwatch_metric_alarm" "orders" {{
          namespace = "AWS/Lambda"
          {written}
        }}
    """
    (file,) = report(write(tmp_path, main=MAPPING, queues=QUEUES, alarm=alarm)).files
    (pipeline,) = file.pipelines
    messages = [each.message for each in pipeline.findings if each.rule == "QL308"]
    assert messages == [f"aws_cloudwatch_metric_alarm.orders.{each}" for each in found]
