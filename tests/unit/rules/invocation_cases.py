"""The cases of the rules about what a mapping can invoke, and with which messages: QL116 to QL118, QL219 to QL221, QL224 and
QL225.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuesmith.rules import Statement
from tests.unit.rules.cases import Cases, Change, function, mapping, queue, together
from tests.unit.rules.pipelines import UNKNOWN
from tests.unit.rules.trust_cases import EVENTS, SNS

IN_ENVELOPE = replace(SNS, has_envelope=True)
PAID = '{"body": {"status": ["paid"]}}'
SQS, LAMBDA, MAPPING = (
    f"arn:aws:{kind}"
    for kind in (
        "sqs:eu-central-1:111111111111:orders",
        "lambda:eu-central-1:111111111111:function:orders",
        "lambda:eu-central-1:111111111111:event-source-mapping:1",
    )
)


def filtered(*patterns: object, sender: object = IN_ENVELOPE) -> tuple[Change, ...]:
    return together(mapping(filters=patterns), queue(senders=(sender,)))


def batches(size: object, most: object = None, reserved: object = None) -> tuple[Change, ...]:
    """A batch size with a maximum and a reserved concurrency."""
    return together(mapping(batch_size=size, maximum_concurrency=most), function(reserved_concurrency=reserved))


def placed(sqs: str = SQS, function_arn: str = LAMBDA, mapping_arn: str = MAPPING) -> tuple[Change, ...]:
    """A pipeline whose parts have these ARNs."""
    return together(queue(arns=(sqs,)), function(arns=(function_arn,)), mapping(arns=(mapping_arn,)))


def with_snap_start(**changes: object) -> tuple[Change, ...]:
    return function(snap_start=True, **{"runtime": "python3.13", **changes})


def with_runtimes(*runtimes: str | None) -> tuple[Change, ...]:
    return tuple(change for runtime in runtimes for change in with_snap_start(runtime=runtime))


def elsewhere(arn: str) -> str:
    return arn.replace("eu-central-1", "eu-west-1")


def foreign(arn: str) -> str:
    return arn.replace("111111111111", "222222222222")


def of_version(qualifier: object, **changes: object) -> tuple[Change, ...]:
    """A mapping with a qualifier, and a function with other values."""
    return together(mapping(qualifier=qualifier), function(**changes))


def allowed(principal: Any) -> Statement:
    """A statement of the function's policy."""
    return Statement("Allow", ("lambda:InvokeFunction",), principals=(principal,))


INVOCATIONS = {
    "QL116": Cases(
        fine=(
            *filtered(PAID, sender=SNS),
            *filtered(PAID, sender=EVENTS),
            *filtered(),
            *filtered('{"body": {"Message": [{"prefix": "{"}]}}'),
            *filtered('{"body": {"TopicArn": ["arn:aws:sns:eu-central-1:111111111111:shop"], "Type": ["Notification"]}}'),
            *filtered('{"body": {"status": [{"exists": false}]}}'),
            *filtered(PAID, '{"body": {"Subject": ["order"]}}'),
            *filtered('{"body": {"$or": [{"status": ["paid"]}]}}'),
            *filtered("not JSON"),
            *filtered('{"body": ["text"]}'),
        ),
        error=(
            *filtered(PAID),
            *filtered(PAID, '{"body": {"Message": ["a"], "status": ["paid"]}}'),
            *filtered('{"body": {"order": {"status": [{"anything-but": "paid"}]}}}'),
            *filtered('{"body": {"status": [{"exists": true}]}}'),
        ),
        unknown=(
            *filtered(PAID, sender=replace(SNS, has_envelope=UNKNOWN)),
            *filtered(UNKNOWN),
            *mapping(filters=UNKNOWN),
        ),
    ),
    "QL117": Cases(
        fine=(
            *batches(10_000, 12),
            *batches(10_000, 1_000, 12),
            *batches(10_000, 12, 1_000),
            *batches(10_000),
            *batches(120, 1_000),
            *batches(10_000, 12, UNKNOWN),
            *batches(10, UNKNOWN, 12_000),
            *batches(10_001, 1_000),
        ),
        warning=(*batches(10_000, 13), *batches(121, 1_000), *batches(10_000, None, 13), *batches(10_000, 20, 13)),
        unknown=(*batches(UNKNOWN, 13), *batches(10_000, UNKNOWN), *batches(10_000, 13, UNKNOWN)),
    ),
    "QL118": Cases(
        fine=(
            *placed(),
            *placed(foreign(SQS)),
            *placed("arn:*:sqs:*:*:orders", elsewhere(LAMBDA), elsewhere(MAPPING)),
            *placed(function_arn="arn:*:lambda:*:*:function:orders"),
        ),
        error=(
            *placed(elsewhere(SQS)),
            *placed(function_arn=elsewhere(LAMBDA)),
            *placed(elsewhere(SQS), function_arn=elsewhere(LAMBDA)),
            *placed(elsewhere(SQS), mapping_arn="${aws_lambda_event_source_mapping.orders.arn}"),
            *placed(function_arn=foreign(LAMBDA)),
        ),
    ),
    "QL219": Cases(
        fine=(
            *of_version(None, durable_timeout=None),
            *of_version("live", durable_timeout=900),
            *of_version("$LATEST", durable_timeout=900),
            *of_version("live", durable_timeout=5_400, managed_instances=True),
            *of_version("live", durable_timeout=900, managed_instances=UNKNOWN),
        ),
        error=(
            *of_version(None, durable_timeout=900),
            *of_version("live", durable_timeout=901),
            *of_version("live", durable_timeout=5_401, managed_instances=True),
            *of_version("live", durable_timeout=5_401, managed_instances=UNKNOWN),
        ),
        unknown=(
            *of_version(UNKNOWN, durable_timeout=900),
            *of_version("live", durable_timeout=UNKNOWN),
            *of_version("live", durable_timeout=901, managed_instances=UNKNOWN),
        ),
    ),
    "QL220": Cases(
        fine=function(tenant_isolation=False), error=function(tenant_isolation=True), unknown=function(tenant_isolation=UNKNOWN)
    ),
    "QL221": Cases(
        fine=(*of_version(None, snap_start=False), *of_version("live", snap_start=True), *of_version("7", snap_start=True)),
        warning=(*of_version(None, snap_start=True), *of_version("$LATEST", snap_start=True)),
        unknown=(*of_version(UNKNOWN, snap_start=True), *of_version(None, snap_start=UNKNOWN)),
    ),
    "QL224": Cases(
        fine=(
            *with_snap_start(runtime="python3.12", ephemeral_storage=512),
            *(
                change
                for runtime in ("python3.14", "java11", "java17.al2023", "dotnet8")
                for change in with_snap_start(runtime=runtime)
            ),
            *function(snap_start=False, runtime="python3.11", ephemeral_storage=513, file_systems=1),
        ),
        error=(
            *(
                change
                for runtime in (None, "python3.11", "java8.al2", "dotnet6")
                for change in with_snap_start(runtime=runtime)
            ),
            *(change for runtime in ("nodejs24.x", "provided.al2023") for change in with_snap_start(runtime=runtime)),
            *with_snap_start(ephemeral_storage=513),
            *with_snap_start(file_systems=1),
        ),
        unknown=(
            *function(snap_start=UNKNOWN),
            *with_snap_start(runtime=UNKNOWN),
            *with_snap_start(ephemeral_storage=UNKNOWN),
            *with_snap_start(file_systems=UNKNOWN),
        ),
    ),
    "QL225": Cases(
        fine=(
            *function(dead_letter_config=False, policy=UNKNOWN),
            *function(dead_letter_config=True, policy=(allowed("Service:events.amazonaws.com"),)),
            *function(dead_letter_config=True, policy=(allowed("AWS:111111111111"), allowed("Service:sqs.amazonaws.com"))),
            *function(dead_letter_config=True, policy=(allowed(UNKNOWN),)),
        ),
        warning=(
            *function(dead_letter_config=True),
            *function(dead_letter_config=True, policy=(allowed("Service:sqs.amazonaws.com"),)),
            *together(function(dead_letter_config=True), dead_letter_queue=None),
        ),
        unknown=(
            *function(dead_letter_config=UNKNOWN),
            *function(dead_letter_config=True, policy=UNKNOWN),
        ),
    ),
}
