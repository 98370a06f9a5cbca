"""docs/ci/deploy-policy.json against AWS's service authorization reference, and against the names in a stack."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from tests.conftest import ROOT
from tests.scanners.policies import MADE_UP, Policy, listed, problems

POLICY = json.loads((ROOT / "docs" / "ci" / "deploy-policy.json").read_text())
NAMED = {
    "aws_sqs_queue": "name",
    "aws_lambda_function": "function_name",
    "aws_cloudwatch_log_group": "name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_cloudwatch_composite_alarm": "alarm_name",
    "aws_dynamodb_table": "name",
    "aws_iam_role": "name",
    "aws_sns_topic": "name",
}
"""Resource types, and the attribute with the name."""


def test_actions_support_their_resources_and_conditions() -> None:
    """AWS returns composite alarms only if DescribeAlarms is allowed on *."""
    found = list(problems(Policy("docs/ci/deploy-policy.json", POLICY)))
    assert found == ["cloudwatch:DescribeAlarms on *: it supports alarm"]


def test_resources_of_a_stack_are_covered(stacks: dict[str, dict[str, Any]]) -> None:
    patterns = [each for statement in POLICY["Statement"] for each in listed(statement["Resource"]) if each != "*"]
    missing, count = set(), 0
    for kind, key in NAMED.items():
        for resource in stacks["prod"]["resource"].get(kind, {}).values():
            arn = MADE_UP[kind].replace("eu-west-1", "eu-central-1").replace("made-up", resource[key])
            count += 1
            if not any(fnmatchcase(arn, pattern) for pattern in patterns):
                missing.add(arn)
    assert missing == set()
    assert count > 15
