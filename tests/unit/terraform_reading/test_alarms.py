"""Alarms whose resource is not known."""

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
