from queuesmith.rules.alarms import ONLY_WITH_ALARMS
from queuesmith.rules.authoring import Alarm, Pipeline, Problems, Rule, Unknown, amount, error, limits

_PERIODS = f"{', '.join(map(str, limits.SHORT_ALARM_PERIODS))} or a multiple of {limits.ALARM_PERIOD_STEP}"

RULE = Rule(
    "QL304",
    "the alarms must be ones that CloudWatch accepts",
    limit=(
        f"datapoints to alarm ≤ evaluation periods; a period of {_PERIODS} s; period × evaluation periods ≤ "
        f"{amount(limits.ALARM_SPAN, 's')}, and ≤ {amount(limits.SHORT_ALARM_SPAN, 's')} if the period is below "
        f"{amount(limits.LONG_ALARM_PERIOD, 's')}; {ONLY_WITH_ALARMS}"
    ),
    reason="Otherwise CloudWatch rejects the alarm.",
    remedy="Lower datapoints_to_alarm or evaluation_periods, or set another period.",
    documentation=limits.METRIC_ALARM,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    for alarm in pipeline.readable_alarms():
        yield from _period(alarm)
        yield from _span(alarm)
        yield from _datapoints(alarm)


def _period(alarm: Alarm) -> Problems:
    period, key = alarm.period, alarm.attribute_path("period")
    if isinstance(period, Unknown):
        yield period
    elif period is not None and period not in limits.SHORT_ALARM_PERIODS and (period < 1 or period % limits.ALARM_PERIOD_STEP):
        text = f"{key} is {amount(period, 's')}, but {_PERIODS} is allowed"
        yield error(alarm, "period", text, f"Set {key} to {_PERIODS}")


def _span(alarm: Alarm) -> Problems:
    """Check period × evaluation periods. `_period` and `_datapoints` report unknown values."""
    period, periods = alarm.period, alarm.evaluation_periods
    if not isinstance(period, int) or not isinstance(periods, int) or period < 1:
        return
    short = period < limits.LONG_ALARM_PERIOD
    most, where = (limits.SHORT_ALARM_SPAN, " with a period this short") if short else (limits.ALARM_SPAN, "")
    if period * periods > most:
        key, other = alarm.attribute_path("evaluation_periods"), alarm.attribute_path("period")
        span = f"{key} ({amount(periods)}) × {other} ({amount(period, 's')}) is {amount(period * periods, 's')}"
        text = f"{span}, but at most {amount(most, 's')} is allowed{where}"
        yield error(alarm, "evaluation_periods", text, f"Set {key} to {most // period} or less")


def _datapoints(alarm: Alarm) -> Problems:
    points, periods = alarm.datapoints_to_alarm, alarm.evaluation_periods
    if points is None or periods is None:
        return
    if isinstance(points, Unknown):
        yield points
    elif isinstance(periods, Unknown):
        yield periods
    elif points > periods:
        key, other = alarm.attribute_path("datapoints_to_alarm"), alarm.attribute_path("evaluation_periods")
        text = f"{key} is {amount(points)}, but {other} is {amount(periods)}: the alarm can never fire"
        yield error(alarm, "datapoints_to_alarm", text, f"Set {key} to {periods} or less")
