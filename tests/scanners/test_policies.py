"""Every action that a generated policy grants exists, and supports the resources and condition keys of its statement."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from queuesmith.constructs.operator_permissions import COMMAND_PERMISSIONS
from queuesmith.rules.iam.actions import CONSUMER_ACTIONS, INVOKE_ACTIONS, KEY_ACTIONS, QUEUE_ACTIONS
from queuesmith.settings.derived.permissions import LOG_ACTIONS, NETWORK_ACTIONS, OBJECT_ACTIONS, TABLE_OPERATIONS
from tests.conftest import ROOT
from tests.scanners.policies import Json, Policy, matching_actions, policies, problems

LEAST = 80
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:orders"
EXPECTED = {
    "cloudwatch:DescribeAlarms on *: it supports alarm": "it returns composite alarms only if it is allowed on *",
    "no action supports arn:aws:lambda:eu-west-1:111111111111:function:made-up:live": "some requests name the alias",
    "kms:EncryptionContext:aws:logs:arn has the type String, but its operator is ArnEquals": "CloudWatch Logs' guide has it",
    "kms:Describe* does not support the condition key kms:EncryptionContext:aws:logs:arn": "CloudWatch Logs' guide has it",
}
"""Accepted problems, with the reason."""
SERVICES = (
    "sqs",
    "lambda",
    "logs",
    "kms",
    "iam",
    "dynamodb",
    "cloudwatch",
    "codedeploy",
    "secretsmanager",
    "ssm",
    "sns",
    "sts",
)
IN_TEXT = re.compile(rf"""["`]((?:{"|".join(SERVICES)}):[A-Z][A-Za-z*]+)["`]""")
"""An action in the text of a file."""
NAMED_IN_TEXT = 10
NO_ACTIONS = {"kms:CallerAccount"}  # a condition key


@pytest.fixture(scope="module")
def every_policy(stacks: dict[str, dict[str, Any]]) -> list[tuple[str, Policy]]:
    """The policies, each with the name of its stack."""
    found = [(name, policy) for name, stack in stacks.items() for policy in policies(stack)]
    assert len(found) >= LEAST
    return found


def test_every_policy_agrees_with_the_authorization_reference(every_policy: list[tuple[str, Policy]]) -> None:
    found = {(name, policy.place, problem) for name, policy in every_policy for problem in problems(policy)}
    assert {each for each in found if each[-1] not in EXPECTED} == set()
    assert {problem for *_, problem in found} == EXPECTED.keys()


def test_policies_of_every_kind_are_checked(every_policy: list[tuple[str, Policy]]) -> None:
    assert {policy.place.split(".")[0] for _, policy in every_policy} == {
        "aws_iam_policy", "aws_iam_role", "aws_iam_role_policy", "aws_kms_key_policy", "aws_sns_topic_policy",
        "aws_sqs_queue_policy", "output",
    }  # fmt: skip


def test_operators_policies_fit_into_a_managed_policy(every_policy: list[tuple[str, Policy]]) -> None:
    """IAM's limit is 6,144 characters."""
    operators = [policy.document for _, policy in every_policy if "_operator_" in policy.place]
    assert max(len(json.dumps(document, separators=(",", ":"))) for document in operators) <= 6_144


def statement(**changes: Any) -> Json:
    return {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE, **changes}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"Action": "sqs:SendMesage"}, "sqs:SendMesage does not exist"),
        ({"Action": "sqs:SendMessageBatch"}, "sqs:SendMessageBatch does not exist"),
        ({"Action": "queues:SendMessage"}, "queues:SendMessage does not exist"),
        ({"Action": ["sqs:SendMessage", "kms:Decrypt"]}, "kms:Decrypt supports none of arn:aws:sqs:"),
        ({"Resource": [QUEUE, "arn:aws:sns:eu-west-1:111111111111:x"]}, "no action supports arn:aws:sns"),
        ({"Resource": "*"}, "sqs:SendMessage on *: it supports queue"),
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders"}, "s3:GetObject supports none of arn:aws:s3:::orders"),
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders/2026/*"}, None),
        ({"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::orders/*"}, "s3:ListBucket supports none of"),
        ({"Action": "dynamodb:PutItem", "Resource": "arn:aws:dynamodb:eu-west-1:111111111111:orders"}, "supports none of"),
        ({"Condition": {"StringEquals": {"sqs:QueueName": "x"}}}, "does not support the condition key sqs:QueueName"),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, None),
        ({"Condition": {"StringEquals": {"aws:SecureTransport": "false"}}}, "has the type Bool, but its operator is String"),
        ({"Condition": {"StringEquals": {"aws:ResourceTag/worker": "x"}}}, None),
        ({"NotAction": "sqs:SendMessage"}, "unknown fields: ['NotAction']"),
        ({"Sid": "not-allowed"}, "a Sid is not unique, or has other characters"),
    ],
)  # fmt: skip
def test_mistake_in_a_statement_is_found(changes: Json, problem: str | None) -> None:
    policy = Policy("aws_iam_role_policy.x.policy", {"Version": "2012-10-17", "Statement": [statement(**changes)]})
    found = list(problems(policy))
    assert any(problem in each for each in found) if problem else found == [], found


def named_actions() -> Iterator[str]:
    """The actions in tables of the code. Not every one is in a policy of the test's environments."""
    yield from (*QUEUE_ACTIONS, *KEY_ACTIONS, *INVOKE_ACTIONS, *CONSUMER_ACTIONS, *LOG_ACTIONS, *NETWORK_ACTIONS)
    yield from (action for permission in COMMAND_PERMISSIONS for action in permission.actions)
    yield from (action for actions in OBJECT_ACTIONS.values() for action in actions)
    yield from (f"dynamodb:{operation}" for operations in TABLE_OPERATIONS.values() for operation in operations)


def test_every_action_that_the_code_names_exists() -> None:
    assert {action for action in named_actions() if not matching_actions(action)} == set()


def test_every_action_in_pages_and_rule_examples_exists() -> None:
    pages = [page for page in ROOT.glob("docs/**/*.md") if page.parent.name != "decisions"]
    files = [*pages, *ROOT.glob("queuesmith/rules/catalog/*.good.tf"), ROOT / "README.md"]
    found = {action for file in files for action in IN_TEXT.findall(file.read_text(encoding="utf-8"))}
    assert len(found) >= NAMED_IN_TEXT
    assert {action for action in found if not matching_actions(action)} == NO_ACTIONS
