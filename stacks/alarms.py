"""The alarms of a worker: what failed for good, what waits too long, what fails, what is held back."""

from __future__ import annotations

from constructs import Construct

from stacks.aws import CloudwatchMetricAlarm
from stacks.settings import AlarmSettings
from stacks.work_queue import WorkQueue
from stacks.worker_function import WorkerFunction


class AlarmPack(Construct):
    """Alarms on DLQ depth, age of the oldest message, function errors and throttles. They go to one SNS topic."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: AlarmSettings,
        queue: WorkQueue,
        function: WorkerFunction,
        topic_arn: str | None,
    ) -> None:
        super().__init__(scope, id)
        self._prefix = function.name
        self._actions = [topic_arn] if topic_arn else []
        self._alarm(
            "dead-letter-depth",
            # Not NumberOfMessagesSent: that does not count what the redrive policy moves.
            "AWS/SQS:ApproximateNumberOfMessagesVisible",
            {"QueueName": queue.dead_letter_name},
            settings.dead_letter_depth,
            "Messages failed for good and wait in the dead-letter queue.",
        )
        self._alarm(
            "oldest-message-age",
            "AWS/SQS:ApproximateAgeOfOldestMessage",
            {"QueueName": queue.name},
            settings.oldest_message_age or 900,
            "Messages wait longer than they should: the worker is too slow, held back or broken.",
        )
        self._alarm(
            "errors",
            "AWS/Lambda:Errors",
            {"FunctionName": function.name},
            settings.errors,
            "Whole invocations fail: every message of their batches is tried again.",
            statistic="Sum",
            period=300,
        )
        self._alarm(
            "throttles",
            "AWS/Lambda:Throttles",
            {"FunctionName": function.name},
            settings.throttles,
            "Lambda is refused concurrency: messages spend receives without being worked.",
            statistic="Sum",
            period=300,
        )

    def _alarm(
        self,
        id: str,
        metric: str,
        dimensions: dict[str, str],
        threshold: int,
        description: str,
        statistic: str = "Maximum",
        period: int = 60,
    ) -> None:
        """One alarm. `metric` is NAMESPACE:NAME; `period` is in seconds."""
        namespace, name = metric.split(":")
        CloudwatchMetricAlarm(
            self,
            id,
            alarm_name=f"{self._prefix}-{id}",
            alarm_description=description,
            namespace=namespace,
            metric_name=name,
            dimensions=dimensions,
            statistic=statistic,
            period=period,
            evaluation_periods=1,
            threshold=threshold,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=self._actions,
            ok_actions=self._actions,
        )
