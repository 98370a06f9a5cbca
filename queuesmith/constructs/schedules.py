"""A worker's schedules of EventBridge Scheduler, with the role that sends their messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetDeadLetterConfig,
    SchedulerScheduleTargetRetryPolicy,
    SchedulerScheduleTargetSqsParameters,
)
from constructs import Construct

from queuesmith.common.json_values import compact_json
from queuesmith.constructs.arn_parts import arn_parts
from queuesmith.constructs.work_queue import WorkQueue
from queuesmith.rules import limits
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived import permissions
from queuesmith.settings.producers import ScheduleProducer


class Schedules(Construct):
    """The schedules, and one role that can only send to the queue and, for undelivered messages, to the DLQ."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: WorkerSettings,
        queue: WorkQueue,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._name, self._queue = settings.name, queue
        schedules = settings.producers.schedules
        self._role = self._create_role(settings, {schedule.group for schedule in schedules.values()}, tags)
        self._policy = self._create_policy(uses_dlq=any(schedule.undelivered_to_dlq for schedule in schedules.values()))
        for key, schedule in schedules.items():
            self._schedule(key, schedule)

    def _create_role(self, settings: WorkerSettings, groups: set[str], tags: Mapping[str, str] | None) -> IamRole:
        parts, path = arn_parts(self, self._queue.arn), settings.function.role_path
        prefix = f"arn:{parts.partition}:scheduler:{parts.region_and_account}:schedule-group/"
        return IamRole(
            self,
            "role",
            name=settings.scheduler_role_name,
            path=None if path == "/" else path,
            assume_role_policy=permissions.assumed_by_scheduler(parts.account, [prefix + group for group in sorted(groups)]),
            permissions_boundary=settings.function.permissions_boundary,
            tags=None if tags is None else dict(tags),
        )

    def _create_policy(self, *, uses_dlq: bool) -> IamRolePolicy:
        queue, key = self._queue, self._queue.kms_key_arn
        arns = [queue.arn, *([queue.dead_letter_queue.arn] if uses_dlq else [])]
        statements = permissions.deduplicated(each for arn in arns for each in permissions.send(arn, key))
        return IamRolePolicy(self, "policy", name="send", role=self._role.name, policy=permissions.document(*statements))

    def _schedule(self, key: str, schedule: ScheduleProducer) -> None:
        window = schedule.flexible_window
        SchedulerSchedule(
            self,
            f"schedule-{key}",
            name=f"{self._name}-{key}",
            group_name=None if schedule.group == "default" else schedule.group,
            schedule_expression=schedule.expression,
            schedule_expression_timezone=schedule.time_zone,
            start_date=schedule.start,
            end_date=schedule.end,
            state=None if schedule.enabled else "DISABLED",
            action_after_completion="DELETE" if schedule.delete_after_completion else None,
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(
                mode="OFF" if window is None else "FLEXIBLE", maximum_window_in_minutes=window
            ),
            target=SchedulerScheduleTarget(arn=self._queue.arn, role_arn=self._role.arn, **self._options(schedule)),
            depends_on=[self._policy],
        )

    def _options(self, schedule: ScheduleProducer) -> dict[str, Any]:
        """Return the arguments of the target that differ from EventBridge Scheduler's defaults."""
        options: dict[str, Any] = {}
        if schedule.body is not None:
            options["input"] = schedule.body if isinstance(schedule.body, str) else compact_json(schedule.body)
        if schedule.message_group is not None:
            options["sqs_parameters"] = SchedulerScheduleTargetSqsParameters(message_group_id=schedule.message_group)
        if schedule.undelivered_to_dlq:
            options["dead_letter_config"] = SchedulerScheduleTargetDeadLetterConfig(arn=self._queue.dead_letter_queue.arn)
        age, attempts = schedule.maximum_event_age, schedule.maximum_retry_attempts
        if (age, attempts) != (limits.SCHEDULE_EVENT_AGE.high, limits.SCHEDULE_RETRIES.high):
            options["retry_policy"] = SchedulerScheduleTargetRetryPolicy(
                maximum_event_age_in_seconds=age, maximum_retry_attempts=attempts
            )
        return options
