"""IAM patterns: actions ignore case, ARNs are compared field by field, and the result can be unknown."""

from __future__ import annotations

import pytest

from queuesmith.rules import Statement
from queuesmith.rules.iam.policy import covers
from tests.unit.rules.pipelines import OTHER_ARN, QUEUE_ARN, UNKNOWN

ARN = "arn:aws:sqs:eu-central-1:111111111111:orders"
BY_NAME = "arn:*:sqs:*:*:orders"
"""The form of an ARN of which only the name is known."""


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "sqs:ReceiveMessage", True),
        ("sqs:*", "sqs:ReceiveMessage", True),
        ("SQS:receivemessage", "sqs:ReceiveMessage", True),
        ("sqs:Receive*", "sqs:ReceiveMessage", True),
        ("sqs:?eceiveMessage", "sqs:ReceiveMessage", True),
        ("*:ReceiveMessage", "sqs:ReceiveMessage", True),
        ("sqs:ReceiveMessage?", "sqs:ReceiveMessage", False),
        ("sqs.ReceiveMessage", "sqs:ReceiveMessage", False),
        ("sqs:Receive", "sqs:ReceiveMessage", False),
        ("sns:*", "sqs:ReceiveMessage", False),
        ("", "sqs:ReceiveMessage", False),
    ],
)
def test_action_patterns_ignore_case(pattern: str, action: str, *, expected: bool) -> None:
    assert covers(pattern, action, fold=True) is expected


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("*", ARN, True),
        (ARN, ARN, True),
        ("arn:aws:sqs:*:111111111111:orders", ARN, True),
        ("arn:aws:sqs:*:*:ord*", ARN, True),
        ("arn:aws:sqs:eu-central-?:111111111111:orders", ARN, True),
        ("arn:aws:sqs:eu-central-1:111111111111:Orders", ARN, False),
        ("arn:aws:sqs:eu-central-1:222222222222:orders", ARN, False),
        ("arn:aws:sns:eu-central-1:111111111111:orders", ARN, False),
        ("arn:aws:sqs:eu-central-1:111111111111:orders-dlq", ARN, False),
        ("arn:aws:sqs:*", ARN, False),
        (ARN, BY_NAME, True),
        (BY_NAME, BY_NAME, True),
        ("arn:aws:sqs:*:*:*", BY_NAME, True),
        ("arn:aws:sqs:eu-central-1:111111111111:invoices", BY_NAME, False),
        ("arn:aws:sns:eu-central-1:111111111111:orders", BY_NAME, False),
        (QUEUE_ARN, QUEUE_ARN, True),
        (f"{QUEUE_ARN}*", QUEUE_ARN, True),
        (OTHER_ARN, QUEUE_ARN, False),
        (ARN, QUEUE_ARN, False),
        ("queue", "queue", True),
    ],
)
def test_arn_patterns_match_field_by_field(pattern: str, arn: str, *, expected: bool) -> None:
    assert covers(pattern, arn) is expected


def test_a_statement_has_the_actions_that_it_names() -> None:
    statement = Statement(actions=("sns:Publish", "sqs:Receive*"))
    assert statement.has_action("SQS:ReceiveMessage")
    assert not statement.has_action("sqs:SendMessage")
    assert not Statement().has_action("sqs:SendMessage")


def test_a_statement_with_not_action_has_all_other_actions() -> None:
    statement = Statement(not_actions=("iam:*", "sqs:delete*"))
    assert statement.has_action("sqs:ReceiveMessage")
    assert not statement.has_action("sqs:DeleteMessage")


def test_statement_matches_an_arn_by_any_of_its_names() -> None:
    assert Statement(resources=(OTHER_ARN, ARN)).reaches((QUEUE_ARN, BY_NAME)) is True
    assert Statement(resources=(QUEUE_ARN,)).reaches((QUEUE_ARN, BY_NAME)) is True
    assert Statement(resources=(OTHER_ARN,)).reaches((QUEUE_ARN, BY_NAME)) is False
    assert Statement().reaches((QUEUE_ARN,)) is False


def test_unknown_resources_make_the_result_unknown() -> None:
    assert Statement(resources=UNKNOWN).reaches((ARN,)) is UNKNOWN
    assert Statement(resources=(UNKNOWN, OTHER_ARN)).reaches((ARN,)) is UNKNOWN
    assert Statement(resources=(UNKNOWN, ARN)).reaches((ARN,)) is True


def test_only_allow_statements_allow() -> None:
    assert Statement().allows
    assert not Statement("Deny").allows
