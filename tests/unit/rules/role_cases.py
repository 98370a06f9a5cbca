"""The cases of the rules about the function's role: QL207 and QL208."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuesmith.rules import Statement
from tests.unit.rules.cases import Cases, Change, function, role
from tests.unit.rules.pipelines import CONSUME, MAY_CONSUME, OTHER_ARN, QUEUE_ARN, TLS_ONLY, UNKNOWN, UNSET

WHERE = MAY_CONSUME.where
ROLE_ARN = "${aws_iam_role.orders.arn}"


def allowed(*actions: str, on: Any = ("*",), **changes: Any) -> Statement:
    """A statement that allows actions on resources."""
    return Statement("Allow", actions, resources=on, where=WHERE, **changes)


def with_more_permissions(*actions: str, on: Any = ("*",), **changes: Any) -> tuple[Change, ...]:
    """A role with more permissions than processing the queue needs."""
    return role(MAY_CONSUME, allowed(*actions, on=on, **changes))


NOT_TLS = frozenset({("bool", "aws:securetransport", "false")})
BY_IP = frozenset({("notipaddress", "aws:sourceip", "203.0.113.0/24")})
TO_ROLE = Statement("Allow", CONSUME, principals=(f"AWS:{ROLE_ARN}",))
DENY = Statement("Deny", ("sqs:*",), principals=("*",))
NARROW = (allowed("logs:*"),)
REAL = "arn:aws:sqs:eu-central-1:111111111111:orders"
OTHER_ROLE = "AWS:arn:aws:iam::111111111111:role/not-orders"
HERE, THERE = (("arn:aws:iam::111111111111:role/orders",), ("arn:aws:iam::222222222222:role/orders",))


OF_US: dict[str, Any] = {"arns": HERE}
OF_OTHERS: dict[str, Any] = {"arns": THERE}


def with_queue_policies(*policies: tuple[Statement, ...]) -> tuple[Change, ...]:
    """A role that can consume, and a queue with several policies."""
    return ({"role": {"statements": (MAY_CONSUME,)}, "queue": {"policy": policies[0], "other_policies": policies[1:]}},)


def with_policies(
    *statements: Statement, policy: Any = (TLS_ONLY,), on: Any = (QUEUE_ARN,), **changes: Any
) -> tuple[Change, ...]:
    """A role with these statements, and a queue with this policy and these ARNs."""
    parts = {"statements": statements, "arns": (ROLE_ARN,), **changes}
    return ({"role": parts, "queue": {"policy": policy, "arns": on}, "terraform": True},)


ROLES = {
    "QL207": Cases(
        fine=(
            *role(allowed(*CONSUME)),
            *role(allowed("SQS:Receive*", "sqs:DeleteMessage?", "sqs:DeleteMessage", "sqs:Get*", on=(QUEUE_ARN,))),
            *role(*(allowed(action, on=(QUEUE_ARN,)) for action in CONSUME)),
            *role(MAY_CONSUME, unreadable_policies=(UNKNOWN,)),
            *role(MAY_CONSUME, replace(MAY_CONSUME, effect="Deny", resources=(OTHER_ARN,))),
            *with_policies(policy=(TO_ROLE,)),
            *with_queue_policies((TLS_ONLY,), ()),
            *with_policies(policy=(replace(TO_ROLE, principals=("AWS:*",), resources=(QUEUE_ARN,)),)),
            *with_policies(MAY_CONSUME, policy=UNKNOWN),
            *with_policies(MAY_CONSUME, policy=(replace(DENY, principals=(OTHER_ROLE,)), replace(DENY, conditions=NOT_TLS))),
            *with_policies(MAY_CONSUME, boundary=(allowed("*"),)),
            *with_policies(MAY_CONSUME, replace(DENY, not_resources=(QUEUE_ARN,))),
            *with_policies(MAY_CONSUME, replace(DENY, actions=(), not_actions=("sqs:*", "kms:*"), resources=("*",))),
            *with_policies(
                replace(MAY_CONSUME, resources=(REAL,)),
                policy=(replace(TO_ROLE, principals=("AWS:222222222222",)),),
                on=(REAL,),
                **OF_OTHERS,
            ),
            *with_policies(
                MAY_CONSUME,
                replace(DENY, resources=("*",), conditions=frozenset({("stringequals", "aws:principaltype", "User")})),
            ),
        ),
        error=(
            *role(),
            *(role(replace(MAY_CONSUME, actions=tuple(a for a in CONSUME if a != left_out)))[0] for left_out in CONSUME),
            *role(allowed(*CONSUME, on=(OTHER_ARN,))),
            *role(replace(MAY_CONSUME, effect="Deny")),
            *role(MAY_CONSUME, Statement("Deny", ("sqs:ReceiveMessage",), resources=("*",))),
            *with_policies(policy=(replace(TO_ROLE, principals=("AWS:arn:aws:iam::111111111111:root",)),)),
            *with_policies(policy=(replace(TO_ROLE, principals=(OTHER_ROLE,)),)),
            *with_policies(policy=(replace(TO_ROLE, resources=(OTHER_ARN,)),)),
            *with_policies(MAY_CONSUME, policy=(DENY,)),
            *with_queue_policies((DENY,), (DENY, TLS_ONLY)),
            *with_policies(MAY_CONSUME, policy=(replace(DENY, principals=(), not_principals=(OTHER_ROLE,)),)),
            *with_policies(MAY_CONSUME, policy=(replace(DENY, principals=(f"AWS:{ROLE_ARN}",)),)),
            *with_policies(
                MAY_CONSUME, policy=(replace(DENY, principals=("AWS:111111111111",)),), on=(REAL, QUEUE_ARN), **OF_US
            ),
            *with_policies(MAY_CONSUME, boundary=NARROW),
            *with_policies(boundary=NARROW),
            *with_policies(policy=(TO_ROLE,), boundary=NARROW),
            *with_policies(MAY_CONSUME, boundary=(allowed("*"), replace(DENY, resources=("*",)))),
            *with_policies(MAY_CONSUME, replace(DENY, not_resources=(OTHER_ARN,))),
            *with_policies(MAY_CONSUME, replace(DENY, actions=(), not_actions=("logs:*",), resources=("*",))),
            *with_policies(
                MAY_CONSUME, replace(DENY, resources=("*",), conditions=frozenset({("bool", "aws:securetransport", "true")}))
            ),
            *with_policies(replace(MAY_CONSUME, resources=(REAL,)), on=(REAL,), **OF_OTHERS),
            *with_policies(policy=(replace(TO_ROLE, principals=("*",)),), on=(REAL,), **OF_OTHERS),
        ),
        unknown=(
            *with_policies(policy=UNKNOWN),
            *with_queue_policies((TLS_ONLY,), (DENY,)),
            *with_policies(MAY_CONSUME, policy=(replace(DENY, principals=(), not_principals=(f"AWS:{ROLE_ARN}",)),)),
            *with_policies(policy=(replace(TO_ROLE, principals=(UNKNOWN,)),)),
            *with_policies(policy=(replace(TO_ROLE, conditions=BY_IP),)),
            *with_policies(policy=(replace(TO_ROLE, principals=("AWS:AROAEXAMPLE",)),)),
            *with_policies(policy=(replace(TO_ROLE, principals=("AWS:arn:aws:sts::111111111111:assumed-role/orders/a",)),)),
            *with_policies(policy=(replace(TO_ROLE, principals=(OTHER_ROLE,)),), name=UNKNOWN),
            *with_policies(MAY_CONSUME, policy=(replace(DENY, conditions=BY_IP),)),
            *with_policies(MAY_CONSUME, policy=(replace(DENY, principals=(UNKNOWN,)),)),
            *with_policies(MAY_CONSUME, policy=(replace(DENY, principals=("AWS:111111111111",)),)),
            *with_policies(MAY_CONSUME, replace(DENY, resources=("*",), conditions=BY_IP)),
            *with_policies(replace(MAY_CONSUME, conditions=BY_IP)),
            *with_policies(MAY_CONSUME, replace(DENY, resources=(UNKNOWN,))),
            *with_policies(MAY_CONSUME, boundary=UNKNOWN),
            *with_policies(replace(MAY_CONSUME, resources=(REAL,)), policy=UNKNOWN, on=(REAL,), **OF_OTHERS),
            {"role": UNKNOWN},
            {"queue": {"arns": ()}},
            *role(unreadable_policies=(UNKNOWN,)),
            *role(replace(MAY_CONSUME, resources=UNKNOWN)),
            *role(replace(MAY_CONSUME, resources=(OTHER_ARN, UNKNOWN))),
        ),
    ),
    "QL208": Cases(
        fine=(
            *with_more_permissions("sqs:SendMessage", on=(OTHER_ARN,)),
            *with_more_permissions("xray:PutTraceSegments", "ec2:CreateNetworkInterface", "ec2:DescribeSubnets"),
            *with_more_permissions("logs:*", managed_by_aws=True),
            *with_more_permissions("logs:CreateLogGroup", "LOGS:CreateLogStream", "logs:PutLogEvents"),
            *with_more_permissions("ssm:DescribeParameters", "ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"),
            *with_more_permissions("kms:GenerateDataKey*", "kms:ReEncrypt*", on=("arn:aws:kms:eu-central-1:1:key/1",)),
            *with_more_permissions("dynamodb:PutItem", on=(UNKNOWN,)),
            *with_more_permissions(
                "dynamodb:PutItem", "sqs:ReceiveMessage", on=("${aws_dynamodb_table.a.arn}", "arn:aws:s3:::orders/*")
            ),
            *role(MAY_CONSUME, Statement("Deny", ("*",), resources=("*",))),
        ),
        error=(
            *with_more_permissions("*"),
            *with_more_permissions("*:*", on=(QUEUE_ARN,)),
            *with_more_permissions("s3:*"),
            *with_more_permissions("*", managed_by_aws=True),
            *with_more_permissions(not_actions=("iam:*", "organizations:*"), managed_by_aws=True),
            *with_more_permissions(not_actions=("iam:*",)),
        ),
        warning=(
            *with_more_permissions("s3:Get*", on=("arn:aws:s3:::orders/*",)),
            *with_more_permissions("s3:*", on=("arn:aws:s3:::orders/*",)),
            *with_more_permissions("dynamodb:PutItem"),
            *with_more_permissions("logs:CreateLogGroup", "logs:DeleteLogGroup"),
            *with_more_permissions("kms:GenerateDataKey*"),
            *with_more_permissions(not_actions=("iam:*",), on=(OTHER_ARN,)),
            *with_more_permissions("sqs:ReceiveMessage", on=(OTHER_ARN,)),
            *with_more_permissions("SQS:deletemessage", on=("arn:aws:sqs:*:*:*",)),
            *with_more_permissions("sqs:SendMessage", on=(QUEUE_ARN,)),
        ),
        unknown=(
            {"role": UNKNOWN},
            *role(MAY_CONSUME, unreadable_policies=(UNKNOWN,)),
            *with_more_permissions("sqs:ReceiveMessage", on=(UNKNOWN,)),
            *with_more_permissions("sqs:SendMessage", on=UNKNOWN),
            *function(source_arns=UNSET),
        ),
    ),
}
