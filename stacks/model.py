"""A worker's settings as the rules' model: what its constructs will make of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from queuesmith.handler_code import problem_in_zip
from queuesmith.rules import (
    Alarm,
    Function,
    Known,
    LogGroup,
    Mapping,
    Metric,
    Pipeline,
    Queue,
    Redrive,
    RedriveAllow,
    Role,
    Statement,
    Unknown,
)
from queuesmith.rules.permission_rules import CONSUMER_ACTIONS
from stacks import permissions
from stacks.field_types import is_token
from stacks.settings import WorkerSettings

T = TypeVar("T")

_QUEUE, _DLQ = "queue", "dead_letter_queue"
_TLS_ONLY = Statement(
    effect="Deny",
    actions=("sqs:*",),
    principals=("*",),
    conditions=frozenset({("bool", "aws:securetransport", "false")}),
)


@dataclass(frozen=True)
class Surroundings:
    """What a worker stands in."""

    environment: str | None = None
    tags: Dictionary[str, str] = field(default_factory=dict)
    alarms_are_sent: bool = False
    """Whether its alarms go anywhere."""
    granted: tuple[permissions.Statement, ...] = ()
    """What its function may do beside what every worker needs."""


def pipeline_of(name: str, settings: WorkerSettings, today: date, around: Surroundings, *, read_zip: bool = True) -> Pipeline:
    """The rules' model of a worker. What only Terraform will know is unknown."""
    return Pipeline(
        name=name,
        today=today,
        environment=around.environment,
        texts={("", f"tags.{key}"): _known(value, f"tags.{key}") for key, value in around.tags.items()},
        queue=_queue(settings),
        dead_letter_queue=_dead_letter_queue(settings),
        function=_function(settings, read_zip=read_zip),
        mapping=_mapping(settings),
        role=_role(settings, around.granted),
        log_group=LogGroup(retention=_known(settings.logs.retention, "logs.retention")),
        alarms=_alarms(sent=around.alarms_are_sent),
    )


def _known(value: T, key: str) -> Known[T]:
    """The value, unless it is a token; what stands in a text beside its `${…}` is there for the rule about secrets."""
    return Unknown(key, text=value if isinstance(value, str) else "") if is_token(value) else value


def _queue(settings: WorkerSettings) -> Queue:
    try:
        visibility: Known[int] = _known(settings.visibility_timeout, "queue.visibility_timeout")
    except ValueError:  # it cannot be derived from a token
        visibility = Unknown("queue.visibility_timeout")
    return Queue(
        address=_QUEUE,
        name=_known(settings.name, "name"),
        arns=(_QUEUE,),
        visibility_timeout=visibility,
        retention=_known(settings.queue.retention, "queue.retention"),
        redrive=Redrive(_known(settings.queue.max_receive_count, "queue.max_receive_count")),
        sse=True,
        policy=(_TLS_ONLY,),
        consumers=("source",),
    )


def _dead_letter_queue(settings: WorkerSettings) -> Queue:
    return Queue(
        address=_DLQ,
        name=_known(settings.dead_letter_name, "name"),
        arns=(_DLQ,),
        retention=_known(settings.dead_letter_queue.retention, "dead_letter_queue.retention"),
        redrive_allow=RedriveAllow("byQueue", (_QUEUE,)),
        sse=True,
        policy=(_TLS_ONLY,),
    )


def _function(settings: WorkerSettings, *, read_zip: bool) -> Function:
    function, logs = settings.function, settings.logs
    artifact = function.artifact
    given = {"filename": artifact.zip, "s3_bucket": artifact.s3, "image_uri": artifact.image}
    concurrency = settings.source.maximum_concurrency
    return Function(
        name=_known(settings.name, "name"),
        timeout=_known(function.timeout, "function.timeout"),
        memory=_known(function.memory, "function.memory"),
        runtime=None if artifact.image else _known(function.runtime, "function.runtime"),
        reserved_concurrency=_known(function.reserved_concurrency, "function.reserved_concurrency"),
        environment=_variables(settings),
        code=tuple(kind for kind, value in given.items() if value is not None),
        handler=None if artifact.image else _known(function.handler, "function.handler"),
        handler_problem=_handler_problem(settings, read_zip=read_zip),
        log_format="JSON",
        application_level=logs.level,
        system_level=logs.system_level,
        expected_seconds_per_record=_expected(settings),
        concurrencies=(_known(concurrency, "source.maximum_concurrency"),),
        source_arns=(_QUEUE,),
    )


def _variables(settings: WorkerSettings) -> dict[str, Known[str]]:
    made = settings.variables({key: Unknown(f"the name of table {key}") for key in settings.tables})
    return {
        name: value if isinstance(value, Unknown) else _known(value, f"function.environment.{name}")
        for name, value in made.items()
    }


def _expected(settings: WorkerSettings) -> float | None:
    seconds = settings.source.expected_seconds_per_record
    return None if seconds is None or is_token(seconds) else float(seconds)


def _handler_problem(settings: WorkerSettings, *, read_zip: bool) -> Known[str | None]:
    """Judged where the zip is there; that it is not is said elsewhere."""
    function, path = settings.function, settings.function.artifact.zip
    if path is None or not (function.runtime.startswith("python") or is_token(function.runtime)):
        return None
    unknown = any(is_token(value) for value in (path, function.handler, function.runtime))
    if unknown or not read_zip or not os.path.isfile(path):
        return Unknown("the code in the zip")
    return problem_in_zip(Path(path), function.handler)


def _mapping(settings: WorkerSettings) -> Mapping:
    source = settings.source
    return Mapping(
        batch_size=_known(source.batch_size, "source.batch_size"),
        batching_window=_known(source.batching_window, "source.batching_window"),
        maximum_concurrency=_known(source.maximum_concurrency, "source.maximum_concurrency"),
        response_types=("ReportBatchItemFailures",),
        waits_for_policy=True,
    )


def _role(settings: WorkerSettings, granted: Iterable[permissions.Statement]) -> Role:
    grants = [
        Statement(actions=CONSUMER_ACTIONS, resources=(_QUEUE,)),
        Statement(actions=permissions.LOG_ACTIONS, resources=("the streams of its log group",)),
        *(
            Statement(actions=tuple(f"dynamodb:{name}" for name in access.operations), resources=(f"table {key}",))
            for key, access in settings.tables.items()
        ),
        *(
            Statement(
                actions=tuple(statement.actions),
                resources=tuple(_known(resource, "a resource that it was granted") for resource in statement.resources),
            )
            for statement in granted
        ),
    ]
    return Role(name=_known(settings.role_name, "name"), statements=tuple(grants))


def _alarms(*, sent: bool) -> tuple[Alarm, ...]:
    watched = (
        ("alarms.dead_letter_depth", "ApproximateNumberOfMessagesVisible", _DLQ, 60),
        ("alarms.oldest_message_age", "ApproximateAgeOfOldestMessage", _QUEUE, 60),
        ("alarms.errors", "Errors", "function", 300),
        ("alarms.throttles", "Throttles", "function", 300),
    )
    return tuple(
        Alarm(
            address=key,
            metrics=(Metric(metric, of),),
            period=period,
            evaluation_periods=1,
            comparison="GreaterThanOrEqualToThreshold",
            has_action=sent,
        )
        for key, metric, of, period in watched
    )
