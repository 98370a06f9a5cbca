"""The alarms of a worker, and the composite paging alarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from queuesmith.constructs.event_source import EventSource
from queuesmith.constructs.worker_function import WorkerFunction
from queuesmith.readers.settings.alarms import worker_alarms
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived.alarm_specs import MEMORY_USED, AlarmMetric, AlarmSpec, log_namespace
from queuesmith.settings.derived.function_access import SourceQueue

RUNBOOK = "docs/runbook.md"


class AlarmPack(Construct):
    """Alarms on messages in the DLQ, messages that wait too long, errors and throttles.

    Each alarm notifies `topic_arn` when it fires and when it recovers. The composite alarm notifies only `paging_topic_arn`,
    so that subscribers of `topic_arn` are not notified twice.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: WorkerSettings,
        queue: SourceQueue,
        function: WorkerFunction,
        source: EventSource,
        *,
        topic_arn: str | None = None,
        paging_topic_arn: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._runbook = settings.runbook_url or RUNBOOK
        self._actions = [topic_arn] if topic_arn else []
        self._tags = dict(tags) if tags else None
        specs = worker_alarms(settings)
        watched = {metric.resource for spec in specs for metric in spec.metrics}
        self._dimensions = {
            "queue": {"QueueName": queue.name},
            "dead_letter_queue": {"QueueName": queue.dead_letter_name or ""},
            "function": {"FunctionName": settings.name},
            "handler": {"service": settings.name},
            "mapping": {"EventSourceMappingUUID": source.uuid} if "mapping" in watched else {},
            "log": None,
        }
        if "log" in watched:
            self._publish_memory(function.log_group_name)
        alarms = [self._alarm(spec) for spec in specs]
        self.by_key: dict[str, CloudwatchMetricAlarm] = {spec.key: alarm for spec, alarm in zip(specs, alarms, strict=True)}
        """The alarms, by their keys in the settings."""
        self.arns: list[str] = [alarm.arn for alarm in alarms]
        """The alarms' ARNs. The composite paging alarm, if there is one, is the last."""
        paging = [arn for spec, arn in zip(specs, self.arns, strict=True) if spec.pages]
        if paging:
            self.arns.append(self._composite_alarm(paging, paging_topic_arn).arn)

    def _alarm(self, spec: AlarmSpec) -> CloudwatchMetricAlarm:
        return CloudwatchMetricAlarm(
            self,
            spec.id,
            alarm_name=f"{self._settings.name}-{spec.id}",
            alarm_description=f"{spec.description} Runbook: {self._runbook}#{spec.id}",
            evaluation_periods=spec.periods,
            datapoints_to_alarm=spec.datapoints,
            threshold=spec.threshold,
            comparison_operator=spec.comparison,
            treat_missing_data=spec.missing_data,
            alarm_actions=self._actions,
            ok_actions=self._actions,
            tags=self._tags,
            **self._metrics(spec),
        )

    def _metrics(self, spec: AlarmSpec) -> dict[str, Any]:
        if spec.expression is not None:
            result = CloudwatchMetricAlarmMetricQuery(
                id="result", expression=spec.expression, label=spec.key.replace("_", " "), return_data=True
            )
            return {"metric_query": [result, *(self._query(metric, spec.period) for metric in spec.metrics)]}
        (metric,) = spec.metrics
        statistic = "extended_statistic" if metric.statistic.startswith("p") else "statistic"
        return {
            "namespace": metric.namespace(self._settings),
            "metric_name": metric.name,
            "dimensions": self._dimensions[metric.resource],
            statistic: metric.statistic,
            "period": spec.period,
        }

    def _query(self, metric: AlarmMetric, period: int) -> CloudwatchMetricAlarmMetricQuery:
        with_statistic = CloudwatchMetricAlarmMetricQueryMetric(
            namespace=metric.namespace(self._settings),
            metric_name=metric.name,
            dimensions=self._dimensions[metric.resource],
            stat=metric.statistic,
            period=period,
        )
        return CloudwatchMetricAlarmMetricQuery(id=metric.id, metric=with_statistic)

    def _publish_memory(self, log_group_name: str) -> None:
        """Publish the memory that Lambda reports in the log after each invocation."""
        CloudwatchLogMetricFilter(
            self,
            "memory-used",
            name=f"{self._settings.name}-memory-used",
            log_group_name=log_group_name,
            pattern='{ $.type = "platform.report" }',
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                namespace=log_namespace(self._settings),
                name=MEMORY_USED,
                value="$.record.metrics.maxMemoryUsedMB",
                unit="Megabytes",
            ),
        )

    def _composite_alarm(self, alarm_arns: list[str], topic_arn: str | None) -> CloudwatchCompositeAlarm:
        """Return the paging alarm: messages are lost or late. Errors and throttles do not page unless they cause that."""
        actions = [topic_arn] if topic_arn else None
        return CloudwatchCompositeAlarm(
            self,
            "page",
            alarm_name=f"{self._settings.name}-page",
            alarm_description=f"Messages of this worker are lost or late. Runbook: {self._runbook}#page",
            alarm_rule=" OR ".join(f'ALARM("{arn}")' for arn in alarm_arns),
            alarm_actions=actions,
            ok_actions=actions,
            tags=self._tags,
        )
