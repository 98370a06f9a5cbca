from queuesmith.rules.alarms import ONLY_WITH_ALARMS, fires_when_low
from queuesmith.rules.authoring import Alarm, Pipeline, Problems, Rule, Unknown, join_words, limits, quote, warning

TRAFFIC = {
    "queue": ("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"),
    "function": ("Invocations",),
}
"""Metrics that have no data, rather than zeros, when nothing happens for long enough."""

RULE = Rule(
    "QL307",
    "an alarm on too few messages must treat missing data as breaching",
    limit=(
        f"an alarm that fires when {', '.join(TRAFFIC['queue'])} or Invocations is low has treat_missing_data = "
        f"breaching; {ONLY_WITH_ALARMS}"
    ),
    reason=(
        "SQS publishes no metrics for a queue that was inactive for six hours, and Lambda publishes none for a function that "
        "is not invoked. Without data, the alarm does not fire, although nothing arrives."
    ),
    remedy="Set treat_missing_data to breaching.",
    documentation=limits.MISSING_DATA,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    for alarm in pipeline.readable_alarms():
        metrics = [each.name for each in alarm.metrics if each.name in TRAFFIC.get(each.of, ())]
        if metrics and alarm.threshold is not None:  # metric math can fill in missing data itself
            yield from _missing_data(alarm, metrics)


def _missing_data(alarm: Alarm, metrics: list[str]) -> Problems:
    comparison, missing = alarm.comparison, alarm.missing_data
    if isinstance(comparison, Unknown):
        yield comparison
    elif not fires_when_low(comparison) or missing == "breaching":
        return
    elif isinstance(missing, Unknown):
        yield missing
    else:
        key = alarm.attribute_path("treat_missing_data")
        text = f"{key} is {'not set' if missing is None else quote(missing)}, but {join_words(metrics)} has no data if nothing "
        yield warning(alarm, "treat_missing_data", f"{text}happens: the alarm does not go off", f"Set {key} to breaching")
