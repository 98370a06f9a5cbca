"""The settings of gradual deployments: how `queuesmith release` moves the alias to a new version of the function."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic_core import PydanticCustomError

from queuesmith.rules import limits
from queuesmith.settings.alarms import AlarmSettings
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import Minutes, Percent, Shape, Versions

DEFAULT_ALIAS = "live"
"""The alias of a function with a deployment, if the settings name none."""


ALARM_KEYS = tuple(name for name in AlarmSettings.model_fields if not name.startswith("expected_"))
"""The alarms that a worker can have, by their keys. `expected_hours` and `expected_days` belong to `no_messages`."""


def _alarm_key(value: object) -> object:
    if isinstance(value, str) and value in ALARM_KEYS:
        return value
    raise PydanticCustomError("alarm", "one of the alarms {names}", {"names": ", ".join(ALARM_KEYS)})


AlarmKey = Annotated[str, Shape(_alarm_key, "alarm", {"type": "string", "enum": list(ALARM_KEYS)})]


class DeploymentSettings(Settings):
    """Gradual deployments with AWS CodeDeploy, which is free for Lambda.

    Terraform publishes each new version of the function. `queuesmith release` then shifts the alias to it, and CodeDeploy
    shifts it back if an alarm fires. Without this table, Terraform moves the alias to the new version immediately.

    Lambda chooses the version for each invocation, so a message that failed in the new version is often retried in the previous
    one. Both versions must understand every message during the shift. Messages that the handler reports as failed do not count
    as `errors`, but as `failed_messages`.
    """

    strategy: Literal["canary", "linear", "all_at_once"]
    """`"canary"`: the new version gets `percent` of the invocations for `minutes`, and then all. `"linear"`: every `minutes`,
    it gets another `percent` of them. `"all_at_once"`: it gets all invocations immediately."""
    percent: Annotated[int, Percent(limits.SHIFT_PERCENT)] = 10
    """The percentage of the invocations in each step. Not used with `"all_at_once"`. Limits: QL222."""
    minutes: Annotated[int, Minutes(limits.SHIFT_MINUTES)] = 10
    """The time between two steps, in minutes. Not used with `"all_at_once"`. Limits: QL222."""
    rollback_on: tuple[AlarmKey, ...] = ("errors", "oldest_message_age")
    """The worker's alarms that stop a release: if one fires during the shift, CodeDeploy moves all invocations back to the
    previous version. If one is already firing, a release does not start. Limits: QL223."""
    keep_versions: Annotated[int, Versions(limits.KEPT_VERSIONS)] = 10
    """How many of the newest published versions `queuesmith release` keeps. It also keeps the versions that an alias uses, and
    the one before the release. To delete old versions, the caller needs `lambda:DeleteFunction`, which the output
    `WORKER_operator_release_policy` does not allow. Without it, no versions are deleted. Limits: QL222."""
