import re

from queuesmith.rules.alarms import ONLY_WITH_ALARMS
from queuesmith.rules.authoring import Alarm, Pipeline, Problems, Rule, join_words, known, limits, warning
from queuesmith.rules.secret_values import kind_of_secret

PRODUCTION = frozenset({"prod", "production", "prd", "live"})
"""Names of production environments, or their first words: `prod-eu`."""
_FIRST_WORD = re.compile(r"[a-z]+(?![a-z0-9])")
_NAME = re.compile(r"[\w.-]{1,40}")

RULE = Rule(
    "QL301",
    "the alarms must have an action",
    limit=(
        "in a production environment (the first word of its name is prod, production, prd or live), at least one alarm has an "
        "action; each alarm of a deployed worker (`queuesmith doctor`) has one, or is part of a composite alarm that has one; "
        f"{ONLY_WITH_ALARMS}"
    ),
    reason="An alarm without an action is visible only in the console.",
    remedy="Give the alarms an action, such as an SNS topic with a subscriber.",
    documentation=limits.METRIC_ALARM,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    alarms = known(pipeline.alarms)
    if alarms and pipeline.deployed:
        yield from _silent([alarm for alarm in alarms if known(alarm.has_action) is False])
        return
    if any(alarm.has_action is True for alarm in alarms):
        return
    environment = known(pipeline.environment)
    if environment is None or (first_word := _FIRST_WORD.match(environment.lower())) is None or first_word[0] not in PRODUCTION:
        return
    if not _NAME.fullmatch(environment) or kind_of_secret(environment) is not None:
        environment = first_word[0]
    for alarm in alarms:
        known(alarm.has_action)
    if alarms:
        text = f"the environment is {environment}, but no alarm has an action: the operator is not notified"
        yield warning(alarms[0], "alarm_actions", text, "Give the alarms an SNS topic as their action")
    else:
        text = f"the environment is {environment}, but {pipeline.queue.label} has no alarm: the operator is not notified"
        yield warning(pipeline.queue, "", text, "Create alarms with an SNS topic as their action")


def _silent(alarms: list[Alarm]) -> Problems:
    """Report deployed alarms without an enabled action."""
    if alarms:
        names = [alarm.address for alarm in alarms]
        shown = names if len(names) < 4 else [*names[:2], f"{len(names) - 2} others"]
        have, them = ("has", "it") if len(names) == 1 else ("have", "them")
        text = f"{join_words(shown)} {have} no enabled action: the operator is not notified"
        yield warning(alarms[0], "alarm_actions", text, f"Give {them} an SNS topic as an action, and enable actions")
