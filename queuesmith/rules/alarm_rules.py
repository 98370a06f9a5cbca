"""Rules about alarms: they watch what matters, and tell someone."""

from __future__ import annotations

import re

from queuesmith.rules import limits
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.pipeline import Alarm, Pipeline
from queuesmith.rules.rule import WARNS, Problems, rule, warning
from queuesmith.rules.secret_values import kind_of_secret
from queuesmith.rules.wording import listed

PRODUCTION = frozenset({"prod", "production", "prd", "live"})
"""What environments that are meant seriously call themselves, or begin with: `prod-eu`."""
_FIRST_WORD = re.compile(r"[a-z]+(?![a-z0-9])")
_NAME = re.compile(r"[\w.-]{1,40}")
DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
WHERE_THERE_ARE = "judged only where the file holds alarms at all"


def _alarms(pipeline: Pipeline) -> tuple[Alarm, ...]:
    """The pipeline's alarms. Raises NotKnownError where they are not known: they may be kept elsewhere."""
    return known(pipeline.no_alarms if pipeline.alarms is None else pipeline.alarms)


def _watched(alarms: tuple[Alarm, ...], metric: str, of: str) -> Known[bool]:
    """Whether an alarm fires when a metric is high; unknown where it is not known when one fires."""
    comparisons = [alarm.comparison for alarm in alarms if any(each.name == metric and each.of == of for each in alarm.metrics)]
    if any(not isinstance(each, Unknown) and not fires_low(each) for each in comparisons):
        return True
    return next((each for each in comparisons if isinstance(each, Unknown)), False)


def fires_low(comparison: str | None) -> bool:
    """Whether an alarm with this comparison fires when its metric is low, and only then."""
    return comparison is not None and comparison.startswith("LessThan") and "GreaterThan" not in comparison


@rule(
    "QL301",
    "someone is told",
    limit=(
        "at least one alarm has an action where the environment calls itself production; of those that are deployed "
        f"(`queuesmith doctor`) each has one, or a composite alarm that it is part of; {WHERE_THERE_ARE}"
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
        yield warning(pipeline.queue, "", text, "Create alarms with an SNS topic as their action")


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
    limit=f"an alarm on ApproximateNumberOfMessagesVisible of the DLQ; {WHERE_THERE_ARE}",
    reason=(
        "Messages in a DLQ are lost when its retention ends, unless somebody looks. NumberOfMessagesSent does not count what "
        "the redrive policy moves, so an alarm on it never fires."
    ),
    remedy="Create an alarm on ApproximateNumberOfMessagesVisible of the DLQ, at 1 or more.",
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
    yield warning(dlq, "", text, f"Create an alarm on {DEPTH} of {dlq.address}, at 1 or more")


@rule(
    "QL303",
    "age, errors and throttles are watched",
    limit=f"alarms on ApproximateAgeOfOldestMessage, Errors and Throttles; {WHERE_THERE_ARE}",
    reason="They are the first signs of a worker that is too slow, broken or held back.",
    remedy="Create an alarm on each.",
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
            yield warning(part, "", text, "Create an alarm on it" if len(missing) == 1 else "Create an alarm on each")


@rule(
    "QL305",
    "the age alarm does not stand alone on a standard queue",
    limit=f"an alarm on ApproximateAgeOfOldestMessage ⇒ one on the DLQ's depth (QL302); {WHERE_THERE_ARE}",
    reason="On a standard queue that metric leaves out messages received three times or more: those that fail.",
    remedy="Create an alarm on ApproximateNumberOfMessagesVisible of the DLQ beside it.",
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
    yield warning(pipeline.queue, "", text, f"Create an alarm on {DEPTH} of its dead-letter queue too")
