"""Reads the settings of the function, its role and its event source mapping into the rules' model."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from queuesmith.readers.handler_code import handler_problem_in_zip
from queuesmith.readers.settings.queues import key_of
from queuesmith.readers.settings.values import DLQ, QUEUE, unknown_if_token
from queuesmith.rules import (
    Deployment,
    EventSourceMapping,
    Function,
    MaybeUnknown,
    Pollers,
    Role,
    RollbackAlarm,
    Statement,
    Unknown,
)
from queuesmith.rules.iam.documents import managed_statements, parse_statement
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.alarm_specs import alarm_specs
from queuesmith.settings.derived.function_access import NamedResource, resource_accesses, role_statements
from queuesmith.settings.encryption import CREATED_KEY
from queuesmith.settings.field_types import is_token


def function_of(settings: WorkerSettings, *, read_zip: bool) -> Function:
    """Return the function. `read_zip`: whether to read its zip to check the handler."""
    function, logs, backoff = settings.function, settings.logs, settings.failures.backoff
    artifact, breaker = function.artifact, settings.failures.circuit_breaker
    sources = {"filename": artifact.zip, "s3_bucket": artifact.s3, "image_uri": artifact.image}
    concurrency = settings.source.maximum_concurrency
    return Function(
        name=unknown_if_token(settings.name, "name"),
        timeout=unknown_if_token(function.timeout, "function.timeout"),
        memory=unknown_if_token(function.memory, "function.memory"),
        architecture=unknown_if_token(function.architecture, "function.architecture"),
        ephemeral_storage=unknown_if_token(function.ephemeral_storage, "function.ephemeral_storage"),
        runtime=None if artifact.image else unknown_if_token(function.runtime, "function.runtime"),
        reserved_concurrency=unknown_if_token(function.reserved_concurrency, "function.reserved_concurrency"),
        layers=len(function.layers),
        snap_start=function.snap_start,
        tracing=function.tracing,
        environment=_variables(settings),
        code=tuple(kind for kind, value in sources.items() if value is not None),
        handler=None if artifact.image else unknown_if_token(function.handler, "function.handler"),
        handler_problem=_handler_problem(settings, read_zip=read_zip),
        log_format="JSON",
        application_level=logs.level,
        system_level=logs.system_level,
        expected_seconds_per_record=_number(settings.source.expected_seconds_per_record),
        minimum_remaining_time=_number(settings.failures.minimum_remaining_time),
        message_concurrency=unknown_if_token(function.message_concurrency, "function.message_concurrency"),
        backoff_base=unknown_if_token(backoff.base, "failures.backoff.base") if backoff else None,
        backoff_cap=unknown_if_token(backoff.cap, "failures.backoff.cap") if backoff else None,
        sends_to_dlq_immediately=settings.failures.send_to_dlq_immediately,
        pause_base=unknown_if_token(breaker.base, "failures.circuit_breaker.base") if breaker else None,
        pause_cap=unknown_if_token(breaker.cap, "failures.circuit_breaker.cap") if breaker else None,
        outage=unknown_if_token(breaker.outage, "failures.circuit_breaker.outage") if breaker else None,
        concurrencies=(unknown_if_token(concurrency, "source.maximum_concurrency"),) if settings.source.enabled else (),
        source_arns=(settings.existing_queue.arn if settings.existing_queue else QUEUE,),
    )


def deployment_of(settings: WorkerSettings) -> Deployment | None:
    """Return how a new version of the function gets its invocations, if the settings describe it."""
    deployment = settings.function.deployment
    if deployment is None:
        return None
    specs = {spec.key: spec.period * (spec.datapoints or spec.periods) for spec in alarm_specs(settings)}
    path = "function.deployment"
    return Deployment(
        strategy=deployment.strategy,
        percent=unknown_if_token(deployment.percent, f"{path}.percent"),
        minutes=unknown_if_token(deployment.minutes, f"{path}.minutes"),
        keep_versions=unknown_if_token(deployment.keep_versions, f"{path}.keep_versions"),
        rollback_alarms=tuple(RollbackAlarm(key, specs.get(key)) for key in deployment.rollback_on),
    )


def _variables(settings: WorkerSettings) -> dict[str, MaybeUnknown[str]]:
    variables = settings.variables({path: Unknown(f"the name of {path}") for path in settings.resource_paths})
    return {
        name: value if isinstance(value, Unknown) else unknown_if_token(value, f"function.environment.{name}")
        for name, value in variables.items()
    }


def _number(seconds: float | None) -> float | None:
    return None if seconds is None or is_token(seconds) else float(seconds)


def _handler_problem(settings: WorkerSettings, *, read_zip: bool) -> MaybeUnknown[str | None]:
    """Return the problem with the handler in the zip. Unknown if there is no zip: a different check reports that."""
    function, path = settings.function, settings.function.artifact.zip
    if path is None or not (function.runtime.startswith("python") or is_token(function.runtime)):
        return None
    unknown = any(is_token(value) for value in (path, function.handler, function.runtime))
    if unknown or not read_zip or not os.path.isfile(path):
        return Unknown("the code in the zip")
    return handler_problem_in_zip(Path(path), function.handler, layers=bool(function.layers))


def mapping_of(settings: WorkerSettings) -> EventSourceMapping:
    """Return the event source mapping."""
    source = settings.source
    pollers = source.pollers
    return EventSourceMapping(
        batch_size=unknown_if_token(source.batch_size, "source.batch_size"),
        batching_window=unknown_if_token(source.batching_window, "source.batching_window"),
        maximum_concurrency=unknown_if_token(source.maximum_concurrency, "source.maximum_concurrency"),
        pollers=None
        if pollers is None
        else Pollers(
            minimum=unknown_if_token(pollers.minimum, "source.pollers.minimum"),
            maximum=unknown_if_token(pollers.maximum, "source.pollers.maximum"),
        ),
        filters=tuple(unknown_if_token(pattern, f"source.filters.{index}") for index, pattern in enumerate(source.patterns)),
        response_types=("ReportBatchItemFailures",) if source.partial_batch_responses else (),
        enabled=source.enabled,
        qualifier=settings.function.alias,
        waits_for_policy=True,
    )


@dataclass
class _SourceQueue:
    """The queue and its DLQ by their addresses in the rules' model. No rule reads their names and URLs."""

    arn: str
    dead_letter_arn: str | None
    kms_key_arn: str | None
    name: str = "the queue's name"
    url: str = "the queue's URL"
    dead_letter_name: str | None = "the DLQ's name"
    dead_letter_url: str | None = "the DLQ's URL"


def _parse(statement: permissions.PolicyStatement) -> MaybeUnknown[Statement]:
    """Parse a statement. A reference to a resource is unknown, because it can mean a part that the settings create."""
    parsed = parse_statement(statement.as_dict(), "role")
    if isinstance(parsed, Unknown) or isinstance(parsed.resources, Unknown):
        return parsed
    unknown = Unknown("a resource in role")
    resources = (
        unknown if not isinstance(each, Unknown) and "${" in each and each != CREATED_KEY else each for each in parsed.resources
    )
    return replace(parsed, resources=tuple(resources))


def role_of(settings: WorkerSettings, granted: Iterable[permissions.PolicyStatement]) -> Role:
    """Return the role, with the statements that were granted in addition to its settings."""
    existing, key, boundary = settings.existing_queue, key_of(settings), settings.function.permissions_boundary
    source = _SourceQueue(
        existing.arn if existing else QUEUE, existing.dead_letter_queue_arn if existing else DLQ, key.arns[0] if key else None
    )
    placeholders = {path: NamedResource(path, path) for path in settings.resource_paths}
    accesses = resource_accesses(settings, source, placeholders).values()
    statements = role_statements(
        settings.function, source, accesses, log_group_arn="its log group", function_arn="the function"
    )
    parsed = [_parse(each) for each in permissions.deduplicated([*statements, *granted])]
    return Role(
        name=unknown_if_token(settings.role_name, "name"),
        statements=tuple(each for each in parsed if not isinstance(each, Unknown)),
        unreadable_policies=tuple(each for each in parsed if isinstance(each, Unknown)),
        boundary=None if boundary is None else managed_statements(boundary),
    )
