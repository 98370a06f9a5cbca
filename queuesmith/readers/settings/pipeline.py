"""Reads a worker's settings into the rules' `Pipeline`, as its constructs will create it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from queuesmith.readers.settings.alarms import worker_alarms
from queuesmith.readers.settings.functions import deployment_of, function_of, mapping_of, role_of
from queuesmith.readers.settings.queues import dead_letter_queue_of, key_of, queue_of
from queuesmith.readers.settings.values import unknown_if_token
from queuesmith.rules import Alarm, LogGroup, Metric, Pipeline
from queuesmith.rules.alarms import Expression
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived import permissions


@dataclass(frozen=True)
class WorkerContext:
    """The context of a worker: its environment, and what it gets in addition to its settings."""

    environment: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    alarms_are_sent: bool = False
    """Whether its alarms notify a topic."""
    granted: tuple[permissions.PolicyStatement, ...] = ()
    """Statements for its function's role in addition to those that every worker needs."""

    @classmethod
    def in_environment(cls, name: str, tags: Mapping[str, str]) -> Self:
        """Return the context of a worker in an environment. Its alarms always notify a topic, which is given or created."""
        return cls(environment=name, tags=tags, alarms_are_sent=True)


def settings_pipeline(
    name: str, settings: WorkerSettings, today: date, context: WorkerContext, *, read_zip: bool = True
) -> Pipeline:
    """Return the rules' model of a worker. Values that are known only after apply are unknown.

    `read_zip`: whether to read the function's zip to check the handler.
    """
    return Pipeline(
        name=name,
        today=today,
        environment=context.environment,
        texts={
            ("", f"tags.{key}"): unknown_if_token(value, f"tags.{key}")
            for key, value in {**context.tags, **settings.tags}.items()
        },
        queue=queue_of(settings),
        dead_letter_queue=dead_letter_queue_of(settings),
        function=function_of(settings, read_zip=read_zip),
        mapping=mapping_of(settings),
        role=role_of(settings, context.granted),
        kms_key=key_of(settings),
        log_group=LogGroup(retention=unknown_if_token(settings.logs.retention, "logs.retention")),
        deployment=deployment_of(settings),
        alarms=_alarms(settings, are_sent=context.alarms_are_sent),
    )


def _alarms(settings: WorkerSettings, *, are_sent: bool) -> tuple[Alarm, ...]:
    """Return the worker's metric alarms. The composite alarm is not included, because it watches alarms, not metrics."""
    return tuple(
        Alarm(
            address=f"alarms.{spec.key}",
            metrics=tuple(
                Metric(each.name, each.resource, each.statistic, each.id if spec.expression else "") for each in spec.metrics
            ),
            period=spec.period,
            evaluation_periods=spec.periods,
            datapoints_to_alarm=spec.datapoints,
            threshold=spec.threshold if spec.expression is None else None,
            expression=None if spec.expression is None else Expression(spec.expression, spec.threshold),
            comparison=spec.comparison,
            missing_data=spec.missing_data,
            has_action=are_sent,
            pages=spec.pages,
        )
        for spec in worker_alarms(settings)
    )
