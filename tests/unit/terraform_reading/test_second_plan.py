"""The values that AWS adds to a second plan change no result."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.rules import Unknown
from tests.unit.terraform_reading.checking import findings, pipeline, skipped_rules
from tests.unit.terraform_reading.two_plans import first_plan, second_plan

EXPECTED = {
    ("QL001", "warning", "aws_sqs_queue.mails"),
    ("QL005", "warning", "aws_sqs_queue.mails"),
    ("QL007", "warning", "aws_sqs_queue.dlq"),
    ("QL017", "warning", "aws_sqs_queue.dlq"),
    ("QL018", "warning", "aws_sqs_queue.mails"),
    ("QL018", "warning", "aws_sqs_queue.dlq"),
    ("QL110", "warning", "aws_lambda_event_source_mapping.mails"),
    ("QL112", "warning", "aws_lambda_event_source_mapping.mails"),
    ("QL206", "warning", "aws_lambda_function.mails"),
}


def test_both_plans_have_the_same_findings() -> None:
    assert findings(first_plan()) == EXPECTED
    assert findings(second_plan()) == EXPECTED


def test_every_rule_checks_both_plans() -> None:
    assert skipped_rules(first_plan()) == set()
    assert skipped_rules(second_plan()) == set()


def test_policy_that_a_refreshed_role_repeats_is_read_once() -> None:
    role = pipeline(second_plan()).role
    assert not isinstance(role, Unknown)
    assert [statement.where for statement in role.statements] == ["aws_iam_role_policy.mails"]


def test_log_group_of_a_refreshed_function_is_lambdas_default() -> None:
    assert pipeline(second_plan()).log_group is None


@pytest.mark.parametrize("plans", [first_plan, second_plan])
def test_resources_of_an_earlier_apply_are_not_in_the_plan(plans: Any) -> None:
    content = plans()
    gone = {"address": "aws_sqs_queue.mails", "deposed": "00000000", "change": {"after": None, "after_unknown": True}}
    content["resource_changes"].append(gone)
    assert findings(content) == EXPECTED
