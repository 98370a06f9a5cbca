"""The cases of the rules about functions and logs: QL201 to QL206, QL210 to QL216, QL222, QL223, QL230."""

from __future__ import annotations

from datetime import date
from typing import Any

from queuesmith.rules import Deployment, Dialect, RollbackAlarm
from queuesmith.rules.limits import LOG_RETENTIONS
from queuesmith.rules.runtimes import RESERVED_VARIABLES
from tests.unit.rules.cases import Cases, Change, each, function, log_group, together
from tests.unit.rules.pipelines import UNKNOWN, UNSET

LITERAL_ARN = "arn:aws:sqs:eu-central-1:111111111111:orders"


def environment(**variables: Any) -> tuple[Change, ...]:
    """A function with these environment variables."""
    return function(environment=variables)


def on(day: date, runtime: Any) -> tuple[Change, ...]:
    """A function with this runtime, checked on this day."""
    return together(function(runtime=runtime), today=day)


def backoff(base: Any, cap: Any) -> tuple[Change, ...]:
    """A function whose handler delays retries."""
    return function(backoff_base=base, backoff_cap=cap)


def floor(seconds: Any, timeout: Any) -> tuple[Change, ...]:
    """A function whose handler stops this many seconds before its timeout."""
    return function(minimum_remaining_time=seconds, timeout=timeout)


def planned(**values: Any) -> tuple[Change, ...]:
    """A function in Terraform with these values."""
    return function(dialect=Dialect.TERRAFORM, **values)


def managed(**values: Any) -> tuple[Change, ...]:
    """The same on Lambda Managed Instances."""
    return planned(managed_instances=True, **values)


def deployed(**values: Any) -> tuple[Change, ...]:
    """A deployed function that settings describe."""
    return together(function(**values), deployed=True)


def deployment(*alarms: int | None, **values: Any) -> tuple[Change, ...]:
    """A deployment with alarms that fire after these seconds, five minutes if none is given. None: there is no such alarm."""
    each_alarm = tuple(RollbackAlarm("errors", seconds) for seconds in alarms or (300,))
    return ({"deployment": Deployment(**{"rollback_alarms": each_alarm, **values})},)


WRONG_RETENTIONS = tuple(days + step for days in LOG_RETENTIONS for step in (-1, 1) if days + step not in (0, *LOG_RETENTIONS))

FUNCTIONS = {
    "QL201": Cases(
        fine=(
            *each("function", "timeout", 1, 900, UNSET),
            *each("function", "memory", 128, 10_240, UNSET),
            *each("function", "ephemeral_storage", 512, 10_240, UNSET),
            *planned(timeout=1_800, memory=10_240, ephemeral_storage=10_240),
            *managed(timeout=5_400, memory=32_768, ephemeral_storage=32_768),
            *planned(timeout=1_800, managed_instances=UNKNOWN),
            *deployed(timeout=1_800),
        ),
        hard=(
            *each("function", "timeout", 0, 5_401),
            *each("function", "memory", 127, 32_769),
            *each("function", "ephemeral_storage", 511, 32_769),
            *managed(timeout=5_401),
            *managed(memory=32_769),
            *managed(ephemeral_storage=32_769),
        ),
        error=(
            *each("function", "timeout", 901, 5_400),
            *each("function", "memory", 10_241, 32_768),
            *each("function", "ephemeral_storage", 10_241, 32_768),
            *function(managed_instances=True, timeout=901),
            *planned(timeout=1_801),
            *planned(ephemeral_storage=10_241),
            *deployed(timeout=1_801),
        ),
        warning=planned(memory=10_241),
        unknown=(
            *each("function", "timeout", UNKNOWN),
            *each("function", "memory", UNKNOWN),
            *each("function", "ephemeral_storage", UNKNOWN),
            *planned(timeout=1_801, managed_instances=UNKNOWN),
        ),
    ),
    "QL202": Cases(
        fine=(*environment(AB="x" * 4_094), *environment(Ab="1", b_2="1"), *function(environment=UNSET)),
        hard=(
            *environment(AB="x" * 4_095),
            *environment(AB="ü" * 2_048),
            *(
                {"function": {"environment": {name: ""}}}
                for name in ("A", "_A", "1A", "A-B", "ÄB", "", *sorted(RESERVED_VARIABLES))
            ),
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
        fine=(*function(timeout=600), *function(timeout=5_401), *function(expected_seconds_per_record=300.0)),
        warning=(*function(timeout=601), *function(timeout=5_400), *function(expected_seconds_per_record=300.1)),
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
    "QL214": Cases(
        fine=(*function(layers=0), *function(layers=5)),
        hard=(*function(layers=6), *function(layers=20)),
        unknown=function(layers=UNKNOWN),
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
        fine=(*floor(29.9, 30), *function(minimum_remaining_time=UNSET), *floor(0, 1), *floor(6_000, 5_401)),
        error=(*floor(30, 30), *floor(30.1, 30)),
        unknown=floor(3, UNKNOWN),
    ),
    "QL222": Cases(
        fine=(
            *deployment(percent=1, minutes=2_880),
            *deployment(percent=99, minutes=5),
            *deployment(strategy="linear", percent=50, minutes=2_880),
            *deployment(strategy="linear", percent=33, minutes=960),
            *deployment(strategy="linear", percent=1, minutes=29),
            *deployment(strategy="all_at_once", percent=0, minutes=0),
            *deployment(keep_versions=2),
            *deployment(keep_versions=1_000),
            {"deployment": None},
        ),
        hard=(
            *deployment(percent=0),
            *deployment(percent=100),
            *deployment(minutes=0),
            *deployment(minutes=2_881),
            *deployment(strategy="linear", percent=33, minutes=961),
            *deployment(strategy="linear", percent=1, minutes=30),
            *deployment(keep_versions=1),
            *deployment(strategy="all_at_once", keep_versions=1_001),
        ),
        unknown=(
            *deployment(percent=UNKNOWN),
            *deployment(minutes=UNKNOWN),
            *deployment(strategy="all_at_once", keep_versions=UNKNOWN),
        ),
    ),
    "QL223": Cases(
        fine=(
            *deployment(300, minutes=5),
            *deployment(300, 900, minutes=5),
            *deployment(2_700, strategy="linear", percent=10, minutes=5),
            *deployment(strategy="all_at_once"),
            *deployment(strategy="all_at_once", rollback_alarms=()),
            {"deployment": None},
        ),
        error=(*deployment(None), *deployment(None, strategy="all_at_once"), *deployment(300, None)),
        warning=(
            *deployment(301, minutes=5),
            *deployment(2_701, strategy="linear", percent=10, minutes=5),
            *deployment(rollback_alarms=()),
        ),
        unknown=(*deployment(percent=UNKNOWN), *deployment(minutes=UNKNOWN)),
    ),
    "QL230": Cases(
        fine=each("function", "message_concurrency", 1, 1_000),
        hard=each("function", "message_concurrency", 0, 1_001),
        unknown=function(message_concurrency=UNKNOWN),
    ),
}
