"""A worker's settings as the rules' `Pipeline`: what its constructs will make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from queuesmith.readers.settings.alarms import alarms_of
from queuesmith.readers.settings.functions import function_of, mapping_of, role_of
from queuesmith.readers.settings.queues import dead_letter_queue_of, key_of, queue_of
from queuesmith.readers.settings.values import unless_token
from queuesmith.rules import LogGroup, Pipeline
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived import permissions


@dataclass(frozen=True)
class Surroundings:
    """What a worker stands in."""

    environment: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    alarms_are_sent: bool = False
    """Whether its alarms go anywhere."""
    granted: tuple[permissions.PolicyStatement, ...] = ()
    """What its function may do beside what every worker needs."""

    @classmethod
    def in_environment(cls, name: str, tags: Mapping[str, str]) -> Self:
        """Those of a worker in an environment, whose alarms always go somewhere: to a topic that is named or made."""
        return cls(environment=name, tags=tags, alarms_are_sent=True)


def pipeline_of(name: str, settings: WorkerSettings, today: date, around: Surroundings, *, read_zip: bool = True) -> Pipeline:
    """The rules' model of a worker. What only Terraform will know is unknown."""
    return Pipeline(
        name=name,
        today=today,
        environment=around.environment,
        texts={
            ("", f"tags.{key}"): unless_token(value, f"tags.{key}") for key, value in {**around.tags, **settings.tags}.items()
        },
        queue=queue_of(settings),
        dead_letter_queue=dead_letter_queue_of(settings),
        function=function_of(settings, read_zip=read_zip),
        mapping=mapping_of(settings),
        role=role_of(settings, around.granted),
        kms_key=key_of(settings),
        log_group=LogGroup(retention=unless_token(settings.logs.retention, "logs.retention")),
        alarms=alarms_of(settings, sent=around.alarms_are_sent),
    )
