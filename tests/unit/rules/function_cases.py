"""The table of the rules about functions, roles and logs: QL201 to QL216."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from queuesmith.rules import Key, Statement, Unknown
from queuesmith.rules.limits import LOG_RETENTIONS
from queuesmith.rules.runtimes import RESERVED_VARIABLES
from tests.unit.rules.cases import Cases, Change, each, function, log_group, role, together
from tests.unit.rules.pipelines import CONSUME, MAY_CONSUME, OTHER_ARN, QUEUE_ARN, UNKNOWN, UNSET

LITERAL_ARN = "arn:aws:sqs:eu-central-1:111111111111:orders"
WHERE = MAY_CONSUME.where
ROLE_ARN = "${aws_iam_role.orders.arn}"


def environment(**variables: Any) -> tuple[Change, ...]:
    """A function with these environment variables."""
    return function(environment=variables)


def allowed(*actions: str, on: Any = ("*",), **changes: Any) -> Statement:
    """A statement that allows actions on resources."""
    return Statement("Allow", actions, resources=on, where=WHERE, **changes)


def may(*actions: str, on: Any = ("*",), **changes: Any) -> tuple[Change, ...]:
    """A role that may do something beside working off the queue."""
    return role(MAY_CONSUME, allowed(*actions, on=on, **changes))


def on(day: date, runtime: Any) -> tuple[Change, ...]:
    """A runtime, judged on a day."""
    return together(function(runtime=runtime), today=day)


def encrypted(key: Any, *statements: Statement, kms_key: Any = "alias/orders", **changes: Any) -> tuple[Change, ...]:
    """A queue with a key, and what the role may do."""
    parts = {"kms_key": kms_key}
    return ({"queue": parts, "key": key, "role": {"statements": (MAY_CONSUME, *statements), **changes}, "terraform": True},)


def backoff(base: Any, cap: Any) -> tuple[Change, ...]:
    """A function whose handler delays retries."""
    return function(backoff_base=base, backoff_cap=cap)


def floor(seconds: Any, timeout: Any) -> tuple[Change, ...]:
    """A function whose handler leaves itself time."""
    return function(time_floor=seconds, timeout=timeout)


KEY = Key(address="aws_kms_key.orders", arns=("${aws_kms_key.orders.arn}",), in_file=True)
OUTSIDE = replace(KEY, in_file=False)
DECRYPT = allowed("kms:Decrypt", on=KEY.arns)


def key_policy(*principals: Any) -> Key:
    """A key whose own policy lets these decrypt."""
    return replace(KEY, policy=(Statement("Allow", ("kms:*",), resources=("*",), principals=principals),))


WRONG_RETENTIONS = tuple(days + step for days in LOG_RETENTIONS for step in (-1, 1) if days + step not in (0, *LOG_RETENTIONS))

FUNCTIONS = {
    "QL201": Cases(
        fine=(
            *each("function", "timeout", 1, 900, UNSET),
            *each("function", "memory", 128, 10_240, UNSET),
            *each("function", "ephemeral_storage", 512, 10_240, UNSET),
        ),
        hard=(
            *each("function", "timeout", 0, 901),
            *each("function", "memory", 127, 10_241),
            *each("function", "ephemeral_storage", 511, 10_241),
        ),
        unknown=(*function(timeout=UNKNOWN), *function(memory=UNKNOWN), *function(ephemeral_storage=UNKNOWN)),
    ),
    "QL202": Cases(
        fine=(*environment(AB="x" * 4_094), *environment(Ab="1", b_2="1"), *function(environment=UNSET)),
        hard=(
            *environment(AB="x" * 4_095),
            *environment(AB="ü" * 2_048),
            *({"function": {"environment": {name: ""}}} for name in ("A", "_A", "1A", "A-B", "ÄB", "", *RESERVED_VARIABLES)),
        ),
        unknown=(*environment(AB=UNKNOWN), *function(environment=UNKNOWN)),
    ),
    "QL203": Cases(
        fine=(*environment(TABLE_NAME="orders"), *environment(TABLE_NAME=UNKNOWN), *environment(DB_SECRET_ARN=LITERAL_ARN)),
        error=(*environment(URL="postgres://user:pw@host/db"), {"texts": {("", "tags.Owner"): "AKIAIOSFODNN7EXAMPLE"}}),
        warning=(*environment(DB_PASSWORD="orders"), {"texts": {("queue", "tags.ApiKey"): "orders"}}),
        unknown=(*function(environment=UNKNOWN), *environment(DB_PASSWORD=UNKNOWN)),
    ),
    "QL204": Cases(
        fine=(*function(code=UNSET), *function(code=("image_uri",)), *function(handler_problem=None)),
        hard=(*function(code=()), *function(code=("filename", "s3_bucket"))),
        error=function(handler_problem="the zip has no module main"),
        unknown=(*function(handler_problem=UNKNOWN), *function(handler_problem="the zip has no main", handler=UNKNOWN)),
    ),
    "QL205": Cases(
        fine=(*on(date(2028, 12, 31), "python3.13"), *on(date(2026, 12, 31), "python3.11"), *function(runtime=UNSET)),
        error=(*on(date(2027, 2, 1), "python3.8"), *on(date(2026, 11, 23), "python3.7")),
        warning=(
            *on(date(2029, 1, 1), "python3.13"),
            *on(date(2027, 1, 1), "python3.11"),
            *on(date(2027, 6, 30), "python3.11"),
            *on(date(2027, 1, 31), "python3.8"),
            *on(date(2026, 11, 23), "python4.0"),
        ),
        unknown=function(runtime=UNKNOWN),
    ),
    "QL206": Cases(
        fine=each("log_group", "retention", *LOG_RETENTIONS),
        hard=each("log_group", "retention", *WRONG_RETENTIONS, -1),
        warning=(*each("log_group", "retention", UNSET, 0), *log_group(before_function=False), {"log_group": None}),
        unknown=(*log_group(retention=UNKNOWN), *log_group(before_function=UNKNOWN), {"log_group": UNKNOWN}),
    ),
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
    "QL210": Cases(
        fine=(
            *function(log_format="JSON", application_level="DEBUG", system_level="WARN"),
            *function(log_format=UNKNOWN),
            *function(application_level=UNSET, log_format="Text"),
        ),
        hard=(*function(application_level="DEBUG"), *function(log_format="Text", system_level="WARN")),
        unknown=(*function(application_level=UNKNOWN), *function(system_level="WARN", log_format=UNKNOWN)),
    ),
    "QL211": Cases(
        fine=(*function(timeout=600), *function(timeout=901), *function(expected_seconds_per_record=300.0)),
        warning=(*function(timeout=601), *function(timeout=900), *function(expected_seconds_per_record=300.1)),
        unknown=function(timeout=UNKNOWN),
    ),
    "QL212": Cases(
        fine=each("function", "reserved_concurrency", 1, UNSET),
        warning=function(reserved_concurrency=0),
        unknown=function(reserved_concurrency=UNKNOWN),
    ),
    "QL213": Cases(
        fine=(
            *each("function", "name", "a", "a" * 64, "Orders_2-x", UNSET),
            *each("role", "name", "a", "a" * 64, "Orders_2-x+=,.@", UNSET),
        ),
        hard=(
            *each("function", "name", "", "a" * 65, "orders.x", "orders\n"),
            *each("role", "name", "", "a" * 65, "orders/x", "über"),
        ),
        unknown=(*function(name=UNKNOWN), *({"role": {"name": UNKNOWN}},), {"role": UNKNOWN}),
    ),
    "QL215": Cases(
        fine=(
            *backoff(1, 1),
            *backoff(1, 43_200),
            *backoff(43_200, 43_200),
            *backoff(2, 300),
            *function(backoff_base=UNSET, backoff_cap=UNSET),
        ),
        hard=(*backoff(1, 0), *backoff(1, 43_201), *backoff(0, 300), *backoff(301, 300), *backoff(-1, 300)),
        unknown=(*backoff(UNKNOWN, 300), *backoff(2, UNKNOWN)),
    ),
    "QL216": Cases(
        fine=(*floor(29.9, 30), *function(time_floor=UNSET), *floor(0, 1), *floor(1_000, 901)),
        error=(*floor(30, 30), *floor(30.1, 30)),
        unknown=floor(3, UNKNOWN),
    ),
    "QL214": Cases(
        fine=(*function(layers=0), *function(layers=5)),
        hard=(*function(layers=6), *function(layers=20)),
        unknown=function(layers=UNKNOWN),
    ),
}
