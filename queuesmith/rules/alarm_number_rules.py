"""Rules about the numbers of an alarm: CloudWatch takes them, and the metric can come to them."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.alarm_rules import AGE, WHERE_THERE_ARE, fires_low
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.pipeline import Alarm, Metric, Pipeline
from queuesmith.rules.rule import WARNS, Problems, error, rule, warning
from queuesmith.rules.wording import amount

_PERIODS = f"{', '.join(map(str, limits.SHORT_ALARM_PERIODS))} or a multiple of {limits.ALARM_PERIOD_STEP}"


@rule(
    "QL304",
    "an alarm can be made, and can fire",
    limit=(
        f"datapoints to alarm ≤ evaluation periods; a period of {_PERIODS} s; period × evaluation periods ≤ "
        f"{amount(limits.ALARM_SPAN, 's')}, and ≤ {amount(limits.SHORT_ALARM_SPAN, 's')} where the period is below "
        f"{amount(limits.LONG_ALARM_PERIOD, 's')}; {WHERE_THERE_ARE}"
    ),
    reason="CloudWatch refuses the alarm otherwise.",
    remedy="Lower datapoints_to_alarm or evaluation_periods, or set another period.",
    source=limits.METRIC_ALARM,
    hard=True,
)
def alarms_can_fire(pipeline: Pipeline) -> Problems:
    """QL304."""
    for alarm in pipeline.alarms or ():
        yield from _period(alarm)
        yield from _span(alarm)
        yield from _datapoints(alarm)


def _period(alarm: Alarm) -> Problems:
    period, key = alarm.period, alarm.key("period")
    if isinstance(period, Unknown):
        yield period
    elif period is not None and period not in limits.SHORT_ALARM_PERIODS and (period < 1 or period % limits.ALARM_PERIOD_STEP):
        text = f"{key} is {amount(period, 's')}, but {_PERIODS} is allowed"
        yield error(alarm, "period", text, f"Set {key} to {_PERIODS}")


def _span(alarm: Alarm) -> Problems:
    """What an alarm looks back on. What is unknown of it is said by the others."""
    period, periods = alarm.period, alarm.evaluation_periods
    if not isinstance(period, int) or not isinstance(periods, int) or period < 1:
        return
    short = period < limits.LONG_ALARM_PERIOD
    most, where = (limits.SHORT_ALARM_SPAN, " with a period this short") if short else (limits.ALARM_SPAN, "")
    if period * periods > most:
        key, other = alarm.key("evaluation_periods"), alarm.key("period")
        text = f"{key} is {amount(periods)}, times {other} {amount(period * periods, 's')}, but {amount(most, 's')} is the most"
        yield error(alarm, "evaluation_periods", f"{text}{where}", f"Set {key} to {most // period} or less")


def _datapoints(alarm: Alarm) -> Problems:
    points, periods = alarm.datapoints_to_alarm, alarm.evaluation_periods
    if points is None or periods is None:
        return
    if isinstance(points, Unknown):
        yield points
    elif isinstance(periods, Unknown):
        yield periods
    elif points > periods:
        key, other = alarm.key("datapoints_to_alarm"), alarm.key("evaluation_periods")
        text = f"{key} is {amount(points)}, but {other} is {amount(periods)}: it can never fire"
        yield error(alarm, "datapoints_to_alarm", text, f"Set {key} to {periods} or less")


@rule(
    "QL306",
    "an alarm's threshold can be reached",
    limit=(
        "age: below the queue's retention; duration: up to the function timeout; concurrency: up to what is reserved; "
        f"{WHERE_THERE_ARE}"
    ),
    reason="A message is deleted when its retention ends, and an invocation ends at its timeout: nothing beyond is measured.",
    remedy="Lower the alarm's threshold.",
    source=limits.METRIC_ALARM,
    severities=WARNS,
)
def threshold_can_be_reached(pipeline: Pipeline) -> Problems:
    """QL306."""
    for alarm in pipeline.alarms or ():
        if len(alarm.metrics) != 1 or (threshold := alarm.threshold) is None:
            continue
        (metric,) = alarm.metrics
        highest, what = _highest(pipeline, metric)
        if highest is None:
            continue
        unknown = [value for value in (threshold, highest, alarm.comparison) if isinstance(value, Unknown)]
        if unknown:
            yield unknown[0]
        else:
            yield from _too_high(alarm, metric, known(highest), what)


def _highest(pipeline: Pipeline, metric: Metric) -> tuple[Known[int | None], str]:
    """What a metric can come to at the most, and whose number that is; None where nothing bounds it."""
    queues = {"queue": pipeline.queue, "dead_letter_queue": pipeline.dead_letter_queue}
    function = pipeline.function
    if metric.name == AGE and metric.of in queues:
        queue = queues[metric.of]
        if queue is None or isinstance(queue, Unknown):
            return queue, ""
        return queue.retention, f"{queue.key('retention')} in seconds"
    if metric.name == "Duration":
        timeout = function.timeout
        return timeout if isinstance(timeout, Unknown) else timeout * 1_000, f"{function.key('timeout')} in milliseconds"
    if metric.name == "ConcurrentExecutions":
        return function.reserved_concurrency or None, function.key("reserved_concurrency")  # 0 is QL212's
    return None, ""


def _too_high(alarm: Alarm, metric: Metric, highest: int | None, what: str) -> Problems:
    threshold, comparison = known(alarm.threshold), known(alarm.comparison)
    if threshold is None or highest is None or fires_low(comparison):
        return
    expires = metric.name == AGE  # a message is gone when it is as old as that
    if threshold > highest or (threshold == highest and (expires or comparison == "GreaterThanThreshold")):
        never = "reaches" if expires else "exceeds"
        text = f"{alarm.address} has a threshold of {threshold:,}, but {metric.name} never {never} {highest:,}, {what}"
        yield warning(
            alarm, "threshold", text, f"Lower its threshold below {highest}" if expires else f"Lower its threshold to {highest}"
        )
