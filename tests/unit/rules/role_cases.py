"""The table of the rules about the function's role: QL207 to QL209."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuesmith.rules import Key, Statement, Unknown
from tests.unit.rules.cases import Cases, Change, function, role
from tests.unit.rules.pipelines import CONSUME, MAY_CONSUME, OTHER_ARN, QUEUE_ARN, UNKNOWN, UNSET

WHERE = MAY_CONSUME.where
ROLE_ARN = "${aws_iam_role.orders.arn}"


def allowed(*actions: str, on: Any = ("*",), **changes: Any) -> Statement:
    """A statement that allows actions on resources."""
    return Statement("Allow", actions, resources=on, where=WHERE, **changes)


def may(*actions: str, on: Any = ("*",), **changes: Any) -> tuple[Change, ...]:
    """A role that may do something beside working off the queue."""
    return role(MAY_CONSUME, allowed(*actions, on=on, **changes))


def encrypted(key: Any, *statements: Statement, kms_key: Any = "alias/orders", **changes: Any) -> tuple[Change, ...]:
    """A queue with a key, and what the role may do."""
    parts = {"kms_key": kms_key}
    return ({"queue": parts, "key": key, "role": {"statements": (MAY_CONSUME, *statements), **changes}, "terraform": True},)


KEY = Key(address="aws_kms_key.orders", arns=("${aws_kms_key.orders.arn}",), in_file=True)
OUTSIDE = replace(KEY, in_file=False)
DECRYPT = allowed("kms:Decrypt", on=KEY.arns)


def key_policy(*principals: Any) -> Key:
    """A key whose own policy lets these decrypt."""
    return replace(KEY, policy=(Statement("Allow", ("kms:*",), resources=("*",), principals=principals),))


ROLES = {
    "QL207": Cases(
        fine=(
            *role(allowed(*CONSUME)),
            *role(allowed("SQS:Receive*", "sqs:DeleteMessage?", "sqs:DeleteMessage", "sqs:Get*", on=(QUEUE_ARN,))),
            *role(*(allowed(action, on=(QUEUE_ARN,)) for action in CONSUME)),
            *role(MAY_CONSUME, unread=(UNKNOWN,)),
            *role(MAY_CONSUME, replace(MAY_CONSUME, effect="Deny", resources=(OTHER_ARN,))),
        ),
        error=(
            *role(),
            *(role(replace(MAY_CONSUME, actions=tuple(a for a in CONSUME if a != left_out)))[0] for left_out in CONSUME),
            *role(allowed(*CONSUME, on=(OTHER_ARN,))),
            *role(replace(MAY_CONSUME, effect="Deny")),
            *role(MAY_CONSUME, Statement("Deny", ("sqs:ReceiveMessage",), resources=("*",))),
        ),
        unknown=(
            {"role": UNKNOWN},
            {"queue": {"arns": ()}},
            *role(unread=(UNKNOWN,)),
            *role(replace(MAY_CONSUME, resources=UNKNOWN)),
            *role(replace(MAY_CONSUME, resources=(OTHER_ARN, UNKNOWN))),
        ),
    ),
    "QL208": Cases(
        fine=(
            *may("sqs:SendMessage", on=(OTHER_ARN,)),
            *may("xray:PutTraceSegments", "ec2:CreateNetworkInterface", "ec2:DescribeSubnets"),
            *may("logs:*", managed_by_aws=True),
            *may("dynamodb:PutItem", on=(UNKNOWN,)),
            *may("dynamodb:PutItem", "sqs:ReceiveMessage", on=("${aws_dynamodb_table.a.arn}", "arn:aws:s3:::orders/*")),
            *role(MAY_CONSUME, Statement("Deny", ("*",), resources=("*",))),
        ),
        error=(
            *may("*"),
            *may("*:*", on=(QUEUE_ARN,)),
            *may("s3:*"),
            *may("*", managed_by_aws=True),
            *may(not_actions=("iam:*",)),
        ),
        warning=(
            *may("s3:Get*", on=("arn:aws:s3:::orders/*",)),
            *may("s3:*", on=("arn:aws:s3:::orders/*",)),
            *may("dynamodb:PutItem"),
            *may(not_actions=("iam:*",), on=(OTHER_ARN,)),
            *may("sqs:ReceiveMessage", on=(OTHER_ARN,)),
            *may("SQS:deletemessage", on=("arn:aws:sqs:*:*:*",)),
            *may("sqs:SendMessage", on=(QUEUE_ARN,)),
        ),
        unknown=(
            {"role": UNKNOWN},
            *role(MAY_CONSUME, unread=(UNKNOWN,)),
            *may("sqs:ReceiveMessage", on=(UNKNOWN,)),
            *may("sqs:SendMessage", on=UNKNOWN),
            *function(source_arns=UNSET),
        ),
    ),
    "QL209": Cases(
        fine=(
            *encrypted(KEY, DECRYPT),
            *encrypted(KEY, allowed("kms:*")),
            *encrypted(key_policy(f"AWS:{ROLE_ARN}")),
            *encrypted(key_policy("AWS:arn:aws:iam::111111111111:role/workers/orders")),
            *encrypted(key_policy(UNKNOWN, "*")),
            *encrypted(None),
            *encrypted(UNKNOWN, kms_key=None),
            *encrypted(UNKNOWN, kms_key="alias/aws/sqs"),
            *encrypted(replace(KEY, state="Updating"), DECRYPT),
        ),
        error=(
            *(
                change
                for state in ("Disabled", "PendingDeletion", "PendingImport", "Unavailable", "not there")
                for change in encrypted(replace(KEY, state=state), DECRYPT)
            ),
            *encrypted(KEY),
            *encrypted(key_policy("AWS:arn:aws:iam::111111111111:root")),
            *encrypted(key_policy("AWS:${aws_iam_role.not_orders.arn}", "AWS:arn:aws:iam::111111111111:role/not-orders")),
        ),
        warning=(*encrypted(OUTSIDE), *encrypted(OUTSIDE, allowed("kms:Decrypt", on=("${aws_kms_key.other.arn}",)))),
        unknown=(
            *encrypted(KEY, kms_key=UNKNOWN),
            *encrypted(UNKNOWN),
            *encrypted(KEY, unread=(Unknown("a policy"),)),
            *encrypted(key_policy(UNKNOWN)),
            *encrypted(replace(KEY, policy=UNKNOWN)),
            *encrypted(replace(KEY, arns=())),
            *encrypted(replace(KEY, state=UNKNOWN), DECRYPT),
            *encrypted(KEY, allowed("kms:Decrypt", on=(UNKNOWN,))),
        ),
    ),
}
