"""Alarms whose resource is not known, and alarms that never have data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from queuesmith import checks
from queuesmith.capacity import ServiceTime, Workload, predict, steady
from queuesmith.cli.check_inputs import inputs_of
from tests.checking import TODAY
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


def test_capacity_evaluates_the_expression_of_an_alarm_in_terraform(tmp_path: Path) -> None:
    watched = {"namespace": "AWS/Lambda", "stat": "Sum", "period": 60, "dimensions": {"FunctionName": "orders"}}
    queries = [{"id": name[0].lower(), "metric": {**watched, "metric_name": name}} for name in ("Errors", "Invocations")]
    rate = {"id": "rate", "expression": "IF(i > 0, 100 * e / i, 0)", "return_data": True}
    alarm = {
        "alarm_name": "rate",
        "comparison_operator": "GreaterThanThreshold",
        "evaluation_periods": 2,
        "metric_query": [rate, *queries],
    }
    alarms = {"low": {**alarm, "threshold": 10}, "high": {**alarm, "threshold": 60}}
    mapping = {"event_source_arn": "${aws_sqs_queue.q.arn}", "function_name": "${aws_lambda_function.f.arn}"}
    resources = {
        "aws_sqs_queue": {"q": {"name": "orders"}},
        "aws_lambda_function": {"f": {"function_name": "orders"}},
        "aws_lambda_event_source_mapping": {"m": mapping},
        "aws_cloudwatch_metric_alarm": alarms,
    }
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": resources}))
    (pipeline,) = checks.read_terraform(inputs_of([str(tmp_path / "cdk.tf.json")], [], [], None), TODAY)
    workload = Workload(phases=steady(20, 300), service=ServiceTime.constant(0.02), raised=0.3)
    found = {each.address: (each.skipped, each.first) for each in predict(pipeline, workload, engine="slots").alarms}
    address = "aws_cloudwatch_metric_alarm."
    assert found == {f"{address}low": (None, 120), f"{address}high": (None, None)}


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
