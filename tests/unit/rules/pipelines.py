"""A pipeline without findings, and helpers that change its parts."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

from queuesmith.rules import (
    Alarm,
    Dialect,
    EventSourceMapping,
    Function,
    LogGroup,
    Metric,
    Pipeline,
    Queue,
    RedriveAllowPolicy,
    RedrivePolicy,
    Role,
    Statement,
    Unknown,
)
from queuesmith.rules.part import Part
from tests.checking import TODAY

P = TypeVar("P", bound=Part)

UNKNOWN = Unknown("something")
UNSET = object()
"""Stands for the default of the model."""
QUEUE_ARN, DLQ_ARN, OTHER_ARN = (f"${{aws_sqs_queue.{name}.arn}}" for name in ("orders", "orders_dlq", "invoices"))
WITHOUT_TLS = frozenset({("bool", "aws:securetransport", "false")})
TLS_ONLY = Statement("Deny", ("sqs:*",), principals=("*",), conditions=WITHOUT_TLS)
CONSUME = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
MAY_CONSUME = Statement("Allow", CONSUME, resources=(QUEUE_ARN,), where="aws_iam_role_policy.orders")
METRICS = (
    Metric("ApproximateAgeOfOldestMessage", "queue"),
    Metric("ApproximateNumberOfMessagesVisible", "dead_letter_queue"),
    Metric("Errors", "function"),
    Metric("Throttles", "function"),
)
ADDRESSES = {
    "queue": "aws_sqs_queue.orders",
    "dead_letter_queue": "aws_sqs_queue.orders_dlq",
    "function": "aws_lambda_function.orders",
    "mapping": "aws_lambda_event_source_mapping.orders",
    "role": "aws_iam_role.orders",
    "log_group": "aws_cloudwatch_log_group.orders",
}
PARTS: dict[str, Part] = {
    "queue": Queue(
        name="orders",
        arns=(QUEUE_ARN,),
        visibility_timeout=180,
        retention=345_600,
        redrive_policy=RedrivePolicy(5),
        policy=(TLS_ONLY,),
        consumers=("source",),
    ),
    "dead_letter_queue": Queue(
        address="dead_letter_queue",
        name="orders-dlq",
        arns=(DLQ_ARN,),
        retention=1_209_600,
        redrive_allow_policy=RedriveAllowPolicy("byQueue", (QUEUE_ARN,)),
        policy=(TLS_ONLY,),
    ),
    "function": Function(
        name="orders",
        timeout=30,
        runtime="python3.13",
        handler="main.lambda_handler",
        environment={"TABLE_NAME": "orders-table"},
        source_arns=(QUEUE_ARN,),
    ),
    "mapping": EventSourceMapping(response_types=("ReportBatchItemFailures",), waits_for_policy=True),
    "role": Role(name="orders", statements=(MAY_CONSUME,)),
    "log_group": LogGroup(retention=30),
}


def changed(part: P, **changes: Any) -> P:
    """A part with other values. UNSET is the field's default."""
    empty = type(part)(address=part.address)
    names = {field.name for field in fields(part)}
    assert changes.keys() <= names, changes.keys() - names
    return replace(part, **{name: getattr(empty, name) if value is UNSET else value for name, value in changes.items()})


def alarm(*metrics: Metric, **changes: Any) -> Alarm:
    """An alarm that can fire and has an action."""
    return changed(
        Alarm(metrics=metrics, period=60, evaluation_periods=2, datapoints_to_alarm=2, has_action=True),
        **changes,
    )


def good(*, terraform: bool = False, **changes: Any) -> Pipeline:
    """A pipeline without findings, with some changes: `good(queue={"retention": 60}, dead_letter_queue=None)`.

    In Terraform's dialect its parts have addresses.
    """
    parts: dict[str, Any] = {}
    for name, part in PARTS.items():
        here = replace(part, address=ADDRESSES[name], dialect=Dialect.TERRAFORM) if terraform else part
        change = changes.pop(name, {})
        parts[name] = changed(here, **change) if isinstance(change, dict) else change
        if terraform and name == "queue" and "consumers" not in (change if isinstance(change, dict) else ()):
            parts[name] = replace(parts[name], consumers=(ADDRESSES["mapping"],))
    around: dict[str, Any] = {
        "alarms": (alarm(*METRICS),),
        "environment": "production",
        "today": TODAY,
    }
    return Pipeline(name="orders", **parts, **(around | changes))
