"""Parliament has no findings in any generated policy."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import python_of

MADE_UP = {
    "aws_cloudwatch_log_group": "arn:aws:logs:eu-west-1:111111111111:log-group:made-up",
    "aws_cloudwatch_metric_alarm": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:made-up",
    "aws_cloudwatch_composite_alarm": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:made-up",
    "aws_codedeploy_app": "arn:aws:codedeploy:eu-west-1:111111111111:application:made-up",
    "aws_codedeploy_deployment_config": "made-up",
    "aws_codedeploy_deployment_group": "arn:aws:codedeploy:eu-west-1:111111111111:deploymentgroup:made-up/made-up",
    "aws_dynamodb_table": "arn:aws:dynamodb:eu-west-1:111111111111:table/made-up",
    "aws_iam_role": "arn:aws:iam::111111111111:role/made-up",
    "aws_kms_key": "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555",
    "aws_lambda_alias": "arn:aws:lambda:eu-west-1:111111111111:function:made-up:live",
    "aws_lambda_event_source_mapping": "arn:aws:lambda:eu-west-1:111111111111:event-source-mapping:11111111-2222",
    "aws_lambda_function": "arn:aws:lambda:eu-west-1:111111111111:function:made-up",
    "aws_secretsmanager_secret": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:made-up-AbCdEf",
    "aws_sqs_queue": "arn:aws:sqs:eu-west-1:111111111111:made-up",
}
PARTS = {"partition": "aws", "region": "eu-west-1", "account": "111111111111"}
POLICIES = ("aws_iam_role_policy", "aws_iam_policy")
LEAST = 30
SEEDED = "seeded"
EXCEPTED = {
    "RESOURCE_STAR: ['ec2:AssignPrivateIpAddresses'": "Lambda refuses a role for a VPC that has these on less than *",
    "RESOURCE_STAR: ['cloudwatch:DescribeAlarms']": "it returns composite alarms only if it is allowed on *",
    "UNKNOWN_CONDITION_FOR_ACTION: Unknown condition lambda:SourceFunctionArn": "Lambda's guide has it; the table is older",
}
"""Prefixes of findings about a function in a VPC, which only one environment has, and about read access."""


def _made_up(reference: re.Match[str]) -> str:
    kind, attribute = reference[1].removeprefix("data.").split(".")[0], reference[1].rsplit(".", 1)[1]
    return PARTS[attribute] if kind == "aws_arn" else MADE_UP[kind]


def policies(stack: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """Every identity policy in a stack, from resources and outputs. References are replaced by made-up ARNs."""
    texts = {f"{kind}.{key}": item["policy"] for kind in POLICIES for key, item in stack["resource"].get(kind, {}).items()}
    texts |= {key: output["value"] for key, output in stack["output"].items() if key.endswith("_policy")}
    for key, text in texts.items():
        yield f"{name} {key}", re.sub(r"\$\{([^}]+)\}", _made_up, text)


def seeded() -> dict[str, str]:
    """A policy with an action that does not exist."""
    statement = {"Effect": "Allow", "Action": ["sqs:SendMesage"], "Resource": "*"}
    return {SEEDED: json.dumps({"Version": "2012-10-17", "Statement": statement})}


def lint(found: dict[str, str]) -> dict[str, list[str]]:
    command = [str(python_of("scanners")), str(Path(__file__).with_name("lint_policies.py"))]
    result = subprocess.run(command, input=json.dumps(found), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    findings: dict[str, list[str]] = json.loads(result.stdout)
    return findings


@pytest.fixture(scope="module")
def every_policy(stacks: dict[str, dict[str, Any]]) -> dict[str, str]:
    found = dict(pair for name, stack in stacks.items() for pair in policies(stack, name))
    assert len(found) >= LEAST
    return found


@pytest.fixture(scope="module")
def every_finding(every_policy: dict[str, str]) -> dict[str, list[str]]:
    """The findings in each policy, including the seeded one."""
    return lint(every_policy | seeded())


def test_no_policy_has_findings(every_policy: dict[str, str], every_finding: dict[str, list[str]]) -> None:
    assert every_finding.keys() == {*every_policy, SEEDED}
    findings = {name: every_finding[name] for name in every_policy}
    unexpected = {
        name: [finding for finding in found if not finding.startswith(tuple(EXCEPTED))] for name, found in findings.items()
    }
    assert {name: found for name, found in unexpected.items() if found} == {}
    excepted = [name for name, found in findings.items() if len(found) != len(unexpected[name])]
    assert [name for name in excepted if not name.endswith("_operator_read_policy")] == [
        "standard aws_iam_role_policy.orders_function_policy_80B80876"
    ]


def test_operators_policies_fit_into_a_managed_policy(every_policy: dict[str, str]) -> None:
    """IAM's limit is 6,144 characters."""
    assert max(len(text) for name, text in every_policy.items() if "operator" in name) <= 6_144


def test_seeded_fault_is_found(every_finding: dict[str, list[str]]) -> None:
    assert any("UNKNOWN_ACTION" in finding for finding in every_finding[SEEDED])
