from queuesmith.rules.alarms import AGE, ONLY_WITH_ALARMS, QUIET_AGE, fires_when_low
from queuesmith.rules.authoring import Alarm, MaybeUnknown, Metric, Pipeline, Problems, Rule, Unknown, known, limits, warning

RULE = Rule(
    "QL306",
    "an alarm's threshold must be one that can be reached",
    limit=(
        "age: below the queue's retention period; duration: at most the function timeout; concurrency: at most the reserved "
        f"concurrency; {ONLY_WITH_ALARMS}"
    ),
    reason=(
        "A message is deleted when its retention period ends, and an invocation ends at its timeout, so higher values do not "
        "occur."
    ),
    remedy="Lower the alarm's threshold.",
    documentation=limits.METRIC_ALARM,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    for alarm in pipeline.readable_alarms():
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


def _highest(pipeline: Pipeline, metric: Metric) -> tuple[MaybeUnknown[int | None], str]:
    """Return the highest possible value of a metric, and the attribute that limits it. None: it has no limit."""
    queues = {"queue": pipeline.queue, "dead_letter_queue": pipeline.dead_letter_queue}
    function = pipeline.function
    if metric.name in (AGE, QUIET_AGE) and metric.of in queues:
        queue = queues[metric.of]
        if queue is None or isinstance(queue, Unknown):
            return queue, ""
        return queue.retention, f"{queue.attribute_path('retention')} in seconds"
    if metric.name == "Duration":
        timeout = function.timeout
        milliseconds = timeout if isinstance(timeout, Unknown) else timeout * 1_000
        return milliseconds, f"{function.attribute_path('timeout')} in milliseconds"
    if metric.name == "ConcurrentExecutions":
        return function.reserved_concurrency or None, function.attribute_path("reserved_concurrency")  # QL212 reports 0
    return None, ""


def _too_high(alarm: Alarm, metric: Metric, highest: int | None, what: str) -> Problems:
    threshold, comparison = known(alarm.threshold), known(alarm.comparison)
    if threshold is None or highest is None or fires_when_low(comparison):
        return
    expires = metric.name in (AGE, QUIET_AGE)  # a message is deleted when it reaches this age
    if threshold > highest or (threshold == highest and (expires or comparison == "GreaterThanThreshold")):
        never, lower = ("reaches", "below") if expires else ("exceeds", "to")
        text = f"{alarm.address} has a threshold of {threshold:,}, but {metric.name} never {never} {highest:,} ({what})"
        yield warning(alarm, "threshold", text, f"Lower its threshold {lower} {highest}")
