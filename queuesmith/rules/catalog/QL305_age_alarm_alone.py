from queuesmith.rules.alarms import AGE, DEPTH, ONLY_WITH_ALARMS, is_watched
from queuesmith.rules.authoring import Pipeline, Problems, Rule, known, limits, warning

RULE = Rule(
    "QL305",
    "on a standard queue, the age alarm must be combined with an alarm on the DLQ's depth",
    limit=f"an alarm on ApproximateAgeOfOldestMessage requires one on the DLQ's depth (QL302); {ONLY_WITH_ALARMS}",
    reason=(
        "On a standard queue, this metric excludes messages that were received three times or more, which are the failing ones."
    ),
    remedy="Also create an alarm on ApproximateNumberOfMessagesVisible of the DLQ.",
    documentation=limits.SQS_METRICS,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    alarms, dlq = known(pipeline.alarms), known(pipeline.dead_letter_queue)
    if (
        dlq is None
        or pipeline.queue_is_its_own_dlq
        or is_watched(alarms, AGE, "queue") is not True
        or known(pipeline.queue.fifo)
    ):
        return  # QL004 reports a missing DLQ
    if known(is_watched(alarms, DEPTH, "dead_letter_queue")):
        return
    text = (
        f"no alarm watches the DLQ's depth, and the age metric of {pipeline.queue.label} excludes messages that were "
        "received three or more times"
    )
    yield warning(pipeline.queue, "", text, f"Also create an alarm on {DEPTH} of its dead-letter queue")
