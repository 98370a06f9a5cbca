from queuesmith.rules.alarms import AGE, ONLY_WITH_ALARMS, is_watched
from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, join_words, known, limits, warning

RULE = Rule(
    "QL303",
    "alarms must watch age, errors and throttles",
    limit=f"alarms on ApproximateAgeOfOldestMessage, Errors and Throttles; {ONLY_WITH_ALARMS}",
    reason="These are the first signs of a worker that is too slow, fails or is throttled.",
    remedy="Create an alarm on each.",
    documentation=limits.SQS_METRICS,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    alarms = known(pipeline.alarms)
    parts = (("queue", pipeline.queue, (AGE,)), ("function", pipeline.function, ("Errors", "Throttles")))
    for of, part, metrics in parts:
        watched = {metric: is_watched(alarms, metric, of) for metric in metrics}
        yield from (each for each in watched.values() if isinstance(each, Unknown))
        missing = [metric for metric, each in watched.items() if each is False]
        if missing:
            text = f"no alarm watches {join_words(missing)} of {part.label}"
            yield warning(part, "", text, "Create an alarm on it" if len(missing) == 1 else "Create an alarm on each")
