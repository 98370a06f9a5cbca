"""Rules about alarms: they watch what matters, can fire, and tell someone."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.pipeline import Alarm, Pipeline
from queuesmith.rules.queue_rules import WARNS
from queuesmith.rules.rule import Said, error, rule, warning

PRODUCTION = frozenset({"prod", "production", "prd", "live"})
"""What environments that are meant seriously call themselves."""
DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"


def _watched(alarms: tuple[Alarm, ...], metric: str, of: str) -> bool:
    return any(each.name == metric and each.of == of for alarm in alarms for each in alarm.metrics)


@rule(
    "QL301",
    "in production someone is told",
    limit="at least one alarm has an action where the environment calls itself production",
    reason="An alarm without an action changes its colour in a console that nobody looks at.",
    remedy="Give the alarms an action: an SNS topic with a subscriber.",
    source=limits.METRIC_ALARM,
    severities=WARNS,
)
def someone_is_told(pipeline: Pipeline) -> Said:
    """QL301."""
    alarms = pipeline.alarms
    if alarms is None or any(alarm.has_action is True for alarm in alarms):
        return
    environment = known(pipeline.environment)
    if environment is None or environment.lower() not in PRODUCTION:
        return
    for alarm in alarms:
        known(alarm.has_action)
    if alarms:
        text = f"this is {environment}, but no alarm has an action: nobody is told"
        yield warning(alarms[0], "alarm_actions", text, "Give the alarms an SNS topic as their action")
    else:
        text = f"this is {environment}, but no alarm watches {pipeline.queue.address}: nobody is told"
        yield warning(pipeline.queue, "", text, "Make alarms with an SNS topic as their action")


@rule(
    "QL302",
    "the dead-letter queue is watched by its depth",
    limit="an alarm on ApproximateNumberOfMessagesVisible of the DLQ",
    reason=(
        "Messages in a DLQ are lost when its retention ends, unless somebody looks. NumberOfMessagesSent does not count what "
        "the redrive policy moves, so an alarm on it never fires."
    ),
    remedy="Make an alarm on ApproximateNumberOfMessagesVisible of the DLQ, at 1 or more.",
    source=limits.SQS_METRICS,
    severities=WARNS,
)
def dead_letters_are_watched(pipeline: Pipeline) -> Said:
    """QL302."""
    if pipeline.alarms is None:
        return
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None or _watched(pipeline.alarms, DEPTH, "dead_letter_queue"):
        return
    other = _watched(pipeline.alarms, "NumberOfMessagesSent", "dead_letter_queue")
    why = ": NumberOfMessagesSent does not count what the redrive policy moves" if other else ""
    text = f"no alarm watches {DEPTH} of {dlq.address}{why}"
    yield warning(dlq, "", text, f"Make an alarm on {DEPTH} of {dlq.address}, at 1 or more")


@rule(
    "QL303",
    "age, errors and throttles are watched",
    limit="alarms on ApproximateAgeOfOldestMessage, Errors and Throttles",
    reason="They are the first signs of a worker that is too slow, broken or held back.",
    remedy="Make an alarm on each.",
    source=limits.SQS_METRICS,
    severities=WARNS,
)
def age_errors_and_throttles_are_watched(pipeline: Pipeline) -> Said:
    """QL303."""
    if pipeline.alarms is None:
        return
    parts = (("queue", pipeline.queue, (AGE,)), ("function", pipeline.function, ("Errors", "Throttles")))
    for of, part, metrics in parts:
        missing = [metric for metric in metrics if not _watched(pipeline.alarms, metric, of)]
        if missing:
            text = f"no alarm watches {' or '.join(missing)} of {part.address}"
            yield warning(part, "", text, "Make an alarm on each")


@rule(
    "QL304",
    "an alarm can be made, and can fire",
    limit="datapoints to alarm ≤ evaluation periods; a period of 10, 20, 30 or a multiple of 60 s",
    reason="CloudWatch refuses the alarm otherwise.",
    remedy="Lower datapoints_to_alarm, or set another period.",
    source=limits.METRIC_ALARM,
    hard=True,
)
def alarms_can_fire(pipeline: Pipeline) -> Said:
    """QL304."""
    for alarm in pipeline.alarms or ():
        yield from _period(alarm)
        yield from _datapoints(alarm)


def _period(alarm: Alarm) -> Said:
    period, key = alarm.period, alarm.key("period")
    if isinstance(period, Unknown):
        yield period
    elif period is not None and period not in limits.SHORT_ALARM_PERIODS and (period < 1 or period % limits.ALARM_PERIOD_STEP):
        text = f"{key} is {period} s, but only 10, 20, 30 and multiples of 60 are allowed"
        yield error(alarm, "period", text, f"Set {key} to 10, 20, 30 or a multiple of 60")


def _datapoints(alarm: Alarm) -> Said:
    points, periods = alarm.datapoints_to_alarm, alarm.evaluation_periods
    if points is None or periods is None:
        return
    if isinstance(points, Unknown):
        yield points
    elif isinstance(periods, Unknown):
        yield periods
    elif points > periods:
        key, other = alarm.key("datapoints_to_alarm"), alarm.key("evaluation_periods")
        text = f"{key} is {points}, but {other} is {periods}: it can never fire"
        yield error(alarm, "datapoints_to_alarm", text, f"Set {key} to {periods} or less")


@rule(
    "QL305",
    "the age alarm does not stand alone on a standard queue",
    limit="an alarm on ApproximateAgeOfOldestMessage ⇒ one on the DLQ's depth (QL302)",
    reason="On a standard queue that metric leaves out messages received three times or more: those that fail.",
    remedy="Make an alarm on ApproximateNumberOfMessagesVisible of the DLQ beside it.",
    source=limits.SQS_METRICS,
    severities=WARNS,
)
def age_alarm_is_not_alone(pipeline: Pipeline) -> Said:
    """QL305."""
    alarms = pipeline.alarms
    if alarms is None or not _watched(alarms, AGE, "queue") or _watched(alarms, DEPTH, "dead_letter_queue"):
        return
    if known(pipeline.queue.fifo):
        return
    known(pipeline.dead_letter_queue)  # whose depth may be watched, where it is not known which it is
    text = f"the alarm on the age of {pipeline.queue.address} leaves out messages that were received three times or more"
    yield warning(pipeline.queue, "", text, f"Make an alarm on {DEPTH} of its dead-letter queue too")
