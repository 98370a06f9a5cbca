"""Starts LocalStack with a CloudWatch whose clock stands still. It runs under LocalStack's own Python.

    python cloudwatch_launcher.py PARENT

`POST /_test/minute` ends a minute: SQS publishes its metrics, the clock moves to the next minute, and CloudWatch evaluates all
alarms. So the alarms have the periods of the stack, fifteen minutes pass in seconds, and no result depends on the speed of the
machine. When the process PARENT has ended, LocalStack ends too.

LocalStack evaluates the alarms, changes their states, evaluates the composite alarms and notifies the topics. These parts of it
are replaced:

- It has no percentiles and no metric math (`metric_math.py`).
- It compares only the beginnings of dimensions, and ignores case, so a queue's metrics would include those of its DLQ.
- It counts breaching periods in a longer range than the evaluation periods.
"""

from __future__ import annotations

import datetime as real
import importlib
import re
import sqlite3
import statistics
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

START = real.datetime(2026, 11, 30, 4, 15)
MINUTE = real.timedelta(minutes=1)
PERCENTILE = "p99"
COUNTED = ("NumberOfMessagesSent", "NumberOfMessagesDeleted")
"""Metrics of SQS's calls. AWS publishes them once a minute, and also if they are zero."""


class Clock(real.datetime):
    """Replaces `datetime` in LocalStack's CloudWatch."""

    current = START

    @classmethod
    def utcnow(cls) -> Any:
        """The present minute, without a zone."""
        return cls.current

    @classmethod
    def now(cls, tz: real.tzinfo | None = None) -> Any:
        """The present minute."""
        return cls.current.replace(tzinfo=tz)


class Percentile:
    """p99 as an aggregate function of SQLite, in which LocalStack stores metrics."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def step(self, value: float) -> None:
        """Add a value."""
        self.values.append(value)

    def finalize(self) -> float | None:
        """The percentile, interpolated."""
        if len(self.values) < 2:
            return self.values[0] if self.values else None
        return statistics.quantiles(self.values, n=100, method="inclusive")[98]


def connect_with_percentile(*arguments: Any, **options: Any) -> Any:
    """Replaces `sqlite3.connect` in LocalStack's CloudWatch."""
    connection: Any = sqlite3.connect(*arguments, **options)
    connection.execute("PRAGMA case_sensitive_like = ON")  # dimensions are compared with LIKE
    connection.create_aggregate(PERCENTILE, 1, Percentile)
    return connection


class DirectClient:
    """Replaces the boto3 client with which LocalStack calls its own CloudWatch, because evaluating needs thousands of calls."""

    def __init__(self, provider: Any, alarm_arn: str) -> None:
        region, account = alarm_arn.split(":")[3:5]
        self._provider, self._context = provider, SimpleNamespace(region=region, account_id=account)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        function = getattr(self._provider, operation)
        return lambda **request: function(self._context, **{_snake_case(name): value for name, value in request.items()})


class CloudWatch:
    """LocalStack's CloudWatch, changed as described above."""

    def __init__(self) -> None:
        def module(name: str) -> Any:
            return importlib.import_module(f"localstack.{name}")

        self.scheduler = module("services.cloudwatch.alarm_scheduler")
        self.database = module("services.cloudwatch.cloudwatch_database_helper")
        self.models = module("services.cloudwatch.models")
        self.provider = module("services.cloudwatch.provider_v2")
        self.sqs = module("services.sqs.provider")
        self.sqs_metrics = module("utils.cloudwatch.cloudwatch_util")
        self.counts: Counter[tuple[str, str]] = Counter()
        """What SQS's calls have counted in this minute, by queue and metric."""

    def change(self) -> None:
        """Replace the parts."""
        for module in (self.scheduler, self.database, self.sqs_metrics):
            module.datetime = Clock
        for module in (self.models, self.provider):
            module.datetime = SimpleNamespace(**{**vars(real), "datetime": Clock})
        self.scheduler.AlarmScheduler.schedule_metric_alarm = lambda *_: None
        self._call_directly()
        self.sqs.CloudwatchDispatcher.dispatch_sqs_metric = lambda _, **call: self._count(**call)
        self._match_dimensions_exactly()
        self._count_last_periods_only()
        self._add_percentiles_and_math()

    def end_minute(self, _request: Any) -> dict[str, Any]:
        """Publish SQS's metrics, and evaluate all alarms at the start of the next minute."""
        self.sqs.CloudwatchPublishWorker.publish_approximate_cloudwatch_metrics(None)
        for account, region, store in self.sqs.sqs_stores.iter_stores():
            counts = ((queue.name, metric) for queue in store.queues.values() for metric in COUNTED)
            data = [{"QueueName": name, "MetricName": metric, "Value": self.counts[name, metric]} for name, metric in counts]
            self.sqs_metrics.publish_sqs_metric_batch(account, region, data)
        self.counts.clear()
        Clock.current += MINUTE
        stores = [store for _, _, store in self.models.cloudwatch_stores.iter_stores()]
        for store in stores:
            for arn in [arn for arn, alarm in store.alarms.items() if "AlarmRule" not in alarm.alarm]:
                self.scheduler.calculate_alarm_state(arn)
        alarms = [each.alarm for store in stores for each in store.alarms.values()]
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
        return {"time": Clock.current.isoformat(), "states": states}

    def _count(self, queue_name: str, metric: str, value: float = 1, **_: Any) -> None:
        self.counts[queue_name, metric] += int(value)

    def _call_directly(self) -> None:
        provider = self.provider.CloudwatchProvider
        start = provider.start_alarm_scheduler

        def remember(started: Any) -> None:
            self.scheduler.get_cloudwatch_client_for_region_of_alarm = lambda arn: DirectClient(started, arn)
            start(started)

        provider.start_alarm_scheduler = remember

    def _match_dimensions_exactly(self) -> None:
        database = self.database.CloudwatchDatabase
        stored = database._get_ordered_dimensions_with_separator
        database._get_ordered_dimensions_with_separator = lambda self, dims, **_: stored(self, dims)

    def _count_last_periods_only(self) -> None:
        exceeds = self.scheduler.is_threshold_exceeded
        self.scheduler.is_threshold_exceeded = lambda values, alarm: exceeds(values[: alarm["EvaluationPeriods"]], alarm)

    def _add_percentiles_and_math(self) -> None:
        scheduler, math = self.scheduler, importlib.import_module("metric_math")
        self.database.sqlite3 = SimpleNamespace(**{**vars(sqlite3), "connect": connect_with_percentile})
        self.database.STAT_TO_SQLITE_AGGREGATION_FUNC[PERCENTILE] = f"{PERCENTILE}(value)"
        self.database.STAT_TO_SQLITE_COL_NAME_HELPER[PERCENTILE] = "max"
        describe, collect = scheduler.get_metric_alarm_details_for_alarm_arn, scheduler.collect_metric_data

        def describe_all(arn: str) -> Any:
            alarm = describe(arn)
            queries = alarm.get("Metrics", [])
            period = next((query["MetricStat"]["Period"] for query in queries if "MetricStat" in query), None)
            derived = {"Statistic": alarm.get("ExtendedStatistic"), "Period": period}
            return {**{name: value for name, value in derived.items() if value is not None}, **alarm}

        def collect_all(alarm: Any, client: Any) -> Any:
            if "Metrics" not in alarm:
                return collect(alarm, client)
            (expression,) = (query["Expression"] for query in alarm["Metrics"] if "Expression" in query)
            metrics = {query["Id"]: query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query}
            series = {name: collect(_as_alarm(name, metric, alarm), client) for name, metric in metrics.items()}
            count = len(next(iter(series.values())))
            period = real.timedelta(seconds=alarm["Period"])
            return [
                math.evaluate(
                    expression, {name: values[at] for name, values in series.items()}, Clock.current - (count - at) * period
                )
                for at in range(count)
            ]

        scheduler.get_metric_alarm_details_for_alarm_arn, scheduler.collect_metric_data = describe_all, collect_all


def _snake_case(name: str) -> str:
    """`AlarmNames` as LocalStack's functions name it: `alarm_names`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _as_alarm(name: str, metric: dict[str, Any], alarm: dict[str, Any]) -> dict[str, Any]:
    """An alarm on one metric of an expression, with the names that LocalStack reads."""
    of_metric = {"AlarmName": name, "Statistic": metric["Stat"], "Period": metric["Period"], **metric["Metric"]}
    return {**of_metric, "EvaluationPeriods": alarm["EvaluationPeriods"]}


def main() -> None:
    """Serve until stopped."""
    cloudwatch = CloudWatch()
    cloudwatch.change()
    router = importlib.import_module("localstack.services.edge").ROUTER
    router.add("/_test/minute", cloudwatch.end_minute, methods=["POST"])
    importlib.import_module("launcher").main()


if __name__ == "__main__":
    main()
