from difflib import get_close_matches

from queuesmith.rules.alarms import ONLY_WITH_ALARMS, OtherDimensions
from queuesmith.rules.authoring import Alarm, Pipeline, Problems, Rule, join_words, limits, quote, warning
from queuesmith.rules.metrics import DIMENSIONS, LAMBDA, METRICS, SQS

_NAMESPACES = {"queue": SQS, "dead_letter_queue": SQS, "function": LAMBDA}

RULE = Rule(
    "QL308",
    "an alarm on SQS or Lambda must watch a metric that they publish",
    limit=(
        "a metric in AWS/SQS or AWS/Lambda exists there; the only dimension of SQS metrics is QueueName, and a function's "
        f"metrics have FunctionName; {ONLY_WITH_ALARMS}"
    ),
    reason="CloudWatch accepts every name, even that of a metric that does not exist. Such an alarm never has data.",
    remedy="Correct the name of the metric or dimension. Names are case-sensitive.",
    documentation=limits.METRIC_DIMENSIONS,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    for alarm in pipeline.readable_alarms():
        for metric in alarm.metrics:
            if namespace := _NAMESPACES.get(metric.of):  # custom metrics of a handler have another namespace
                yield from _name(alarm, metric.name, namespace)
        for other in alarm.other_dimensions:
            yield from _dimensions(alarm, other)


def _name(alarm: Alarm, name: str, namespace: str) -> Problems:
    if name not in METRICS[namespace]:
        key = alarm.attribute_path("metric_name")
        text = f"{key} is {quote(name)}, but {namespace} has no such metric: the alarm never has data"
        similar = get_close_matches(name, METRICS[namespace], 1)
        yield warning(alarm, "metric_name", text, f"Set {key} to {similar[0]}" if similar else "Correct the metric's name")


def _dimensions(alarm: Alarm, other: OtherDimensions) -> Problems:
    right, key = DIMENSIONS[other.namespace], alarm.attribute_path("dimensions")
    only = "only the dimension" if other.namespace == SQS else "the dimension"
    text = f"{key} has {join_words(other.names)}, but {other.metric} has {only} {right}: the alarm never has data"
    yield warning(alarm, "dimensions", text, f"Set {key} to {right} only")
