"""Rules about alarms: they watch what matters, can fire, and tell someone."""

from __future__ import annotations

import re

from queuesmith.rules import limits
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.pipeline import Alarm, Metric, Pipeline
from queuesmith.rules.rule import WARNS, Problems, error, rule, warning
from queuesmith.rules.secret_values import kind_of_secret
from queuesmith.rules.wording import amount, listed

PRODUCTION = frozenset({"prod", "production", "prd", "live"})
"""What environments that are meant seriously call themselves, or begin with: `prod-eu`."""
_FIRST_WORD = re.compile(r"[a-z]+(?![a-z0-9])")
_NAME = re.compile(r"[\w.-]{1,40}")
DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
_PERIODS = f"{', '.join(map(str, limits.SHORT_ALARM_PERIODS))} or a multiple of {limits.ALARM_PERIOD_STEP}"
_WHERE_THERE_ARE = "judged only where the file holds alarms at all"


def _alarms(pipeline: Pipeline) -> tuple[Alarm, ...]:
    """The pipeline's alarms. Raises NotKnownError where they are not known: they may be kept elsewhere."""
    return known(pipeline.no_alarms if pipeline.alarms is None else pipeline.alarms)


def _watched(alarms: tuple[Alarm, ...], metric: str, of: str) -> Known[bool]:
    """Whether an alarm fires when a metric is high; unknown where it is not known when one fires."""
    comparisons = [alarm.comparison for alarm in alarms if any(each.name == metric and each.of == of for each in alarm.metrics)]
    if any(not isinstance(each, Unknown) and not _fires_low(each) for each in comparisons):
        return True
    return next((each for each in comparisons if isinstance(each, Unknown)), False)


def _fires_low(comparison: str | None) -> bool:
    return comparison is not None and comparison.startswith("LessThan") and "GreaterThan" not in comparison


@rule(
    "QL301",
    "someone is told",
    limit=(
        "at least one alarm has an action where the environment calls itself production; of those that are deployed "
        f"(`queuesmith doctor`) each has one, or a composite alarm that it is part of; {_WHERE_THERE_ARE}"
    ),
    reason="An alarm without an action changes its colour in a console that nobody looks at.",
    remedy="Give the alarms an action: an SNS topic with a subscriber.",
    source=limits.METRIC_ALARM,
    severities=WARNS,
)
def someone_is_told(pipeline: Pipeline) -> Problems:
    """QL301."""
    alarms = _alarms(pipeline)
    if alarms and pipeline.deployed:
        yield from _silent([alarm for alarm in alarms if known(alarm.has_action) is False])
        return
    if any(alarm.has_action is True for alarm in alarms):
        return
    environment = known(pipeline.environment)
    if environment is None or (found := _FIRST_WORD.match(environment.lower())) is None or found[0] not in PRODUCTION:
        return
    if not _NAME.fullmatch(environment) or kind_of_secret(environment) is not None:
        environment = found[0]
    for alarm in alarms:
        known(alarm.has_action)
    if alarms:
        text = f"this is {environment}, but no alarm has an action: nobody is told"
        yield warning(alarms[0], "alarm_actions", text, "Give the alarms an SNS topic as their action")
    else:
        text = f"this is {environment}, but no alarm watches {pipeline.queue.address}: nobody is told"
        yield warning(pipeline.queue, "", text, "Make alarms with an SNS topic as their action")


def _silent(alarms: list[Alarm]) -> Problems:
    """What is said of alarms that were made and tell nobody."""
    if alarms:
        names = [alarm.address for alarm in alarms]
        shown = names if len(names) < 4 else [*names[:2], f"{len(names) - 2} others"]
        have, them = ("has", "it") if len(names) == 1 else ("have", "them")
        text = f"{listed(shown)} {have} no action that is switched on: nobody is told"
        yield warning(alarms[0], "alarm_actions", text, f"Give {them} an SNS topic as an action, and switch actions on")


@rule(
    "QL302",
    "the dead-letter queue is watched by its depth",
    limit=f"an alarm on ApproximateNumberOfMessagesVisible of the DLQ; {_WHERE_THERE_ARE}",
    reason=(
        "Messages in a DLQ are lost when its retention ends, unless somebody looks. NumberOfMessagesSent does not count what "
        "the redrive policy moves, so an alarm on it never fires."
    ),
    remedy="Make an alarm on ApproximateNumberOfMessagesVisible of the DLQ, at 1 or more.",
    source=limits.SQS_METRICS,
    severities=WARNS,
)
def dead_letters_are_watched(pipeline: Pipeline) -> Problems:
    """QL302."""
    alarms, dlq = _alarms(pipeline), known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.is_its_own_dlq or known(_watched(alarms, DEPTH, "dead_letter_queue")):
        return
    other = _watched(alarms, "NumberOfMessagesSent", "dead_letter_queue") is True
    why = ": NumberOfMessagesSent does not count what the redrive policy moves" if other else ""
    text = f"no alarm watches {DEPTH} of {dlq.address}{why}"
    yield warning(dlq, "", text, f"Make an alarm on {DEPTH} of {dlq.address}, at 1 or more")


@rule(
    "QL303",
    "age, errors and throttles are watched",
    limit=f"alarms on ApproximateAgeOfOldestMessage, Errors and Throttles; {_WHERE_THERE_ARE}",
    reason="They are the first signs of a worker that is too slow, broken or held back.",
    remedy="Make an alarm on each.",
    source=limits.SQS_METRICS,
    severities=WARNS,
)
def age_errors_and_throttles_are_watched(pipeline: Pipeline) -> Problems:
    """QL303."""
    alarms = _alarms(pipeline)
    parts = (("queue", pipeline.queue, (AGE,)), ("function", pipeline.function, ("Errors", "Throttles")))
    for of, part, metrics in parts:
        watched = {metric: _watched(alarms, metric, of) for metric in metrics}
        yield from (each for each in watched.values() if isinstance(each, Unknown))
        missing = [metric for metric, each in watched.items() if each is False]
        if missing:
            text = f"no alarm watches {listed(missing)} of {part.address}"
            yield warning(part, "", text, "Make an alarm on it" if len(missing) == 1 else "Make an alarm on each")


@rule(
    "QL304",
    "an alarm can be made, and can fire",
    limit=(
        f"datapoints to alarm ≤ evaluation periods; a period of {_PERIODS} s; period × evaluation periods ≤ "
        f"{amount(limits.ALARM_SPAN, 's')}, and ≤ {amount(limits.SHORT_ALARM_SPAN, 's')} where the period is below "
        f"{amount(limits.LONG_ALARM_PERIOD, 's')}; {_WHERE_THERE_ARE}"
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
    "QL305",
    "the age alarm does not stand alone on a standard queue",
    limit=f"an alarm on ApproximateAgeOfOldestMessage ⇒ one on the DLQ's depth (QL302); {_WHERE_THERE_ARE}",
    reason="On a standard queue that metric leaves out messages received three times or more: those that fail.",
    remedy="Make an alarm on ApproximateNumberOfMessagesVisible of the DLQ beside it.",
    source=limits.SQS_METRICS,
    severities=WARNS,
)
def age_alarm_is_not_alone(pipeline: Pipeline) -> Problems:
    """QL305."""
    alarms, dlq = _alarms(pipeline), known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.is_its_own_dlq or _watched(alarms, AGE, "queue") is not True or known(pipeline.queue.fifo):
        return  # where there is no other queue, QL004 says so
    if known(_watched(alarms, DEPTH, "dead_letter_queue")):
        return
    text = f"the alarm on the age of {pipeline.queue.address} leaves out messages that were received three times or more"
    yield warning(pipeline.queue, "", text, f"Make an alarm on {DEPTH} of its dead-letter queue too")


@rule(
    "QL306",
    "an alarm's threshold can be reached",
    limit=(
        "age: below the queue's retention; duration: up to the function timeout; concurrency: up to what is reserved; "
        f"{_WHERE_THERE_ARE}"
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
    if threshold is None or highest is None or _fires_low(comparison):
        return
    expires = metric.name == AGE  # a message is gone when it is as old as that
    if threshold > highest or (threshold == highest and (expires or comparison == "GreaterThanThreshold")):
        text = f"{alarm.address} goes off at {threshold:,}, but {metric.name} does not come to that: {what} is {highest:,}"
        yield warning(
            alarm, "threshold", text, f"Lower its threshold below {highest}" if expires else f"Lower its threshold to {highest}"
        )
