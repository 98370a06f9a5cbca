from queuesmith.rules.alarms import DEPTH, ONLY_WITH_ALARMS, is_watched
from queuesmith.rules.authoring import Pipeline, Problems, Rule, known, limits, warning

RULE = Rule(
    "QL302",
    "an alarm must watch the depth of the dead-letter queue",
    limit=f"an alarm on ApproximateNumberOfMessagesVisible of the DLQ; {ONLY_WITH_ALARMS}",
    reason=(
        "Messages in a DLQ are lost when its retention period ends. NumberOfMessagesSent does not count messages that the "
        "redrive policy moves, so an alarm on it never fires."
    ),
    remedy="Create an alarm on ApproximateNumberOfMessagesVisible of the DLQ, at 1 or more.",
    documentation=limits.SQS_METRICS,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    alarms, dlq = known(pipeline.alarms), known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.queue_is_its_own_dlq or known(is_watched(alarms, DEPTH, "dead_letter_queue")):
        return
    text = f"no alarm watches {DEPTH} of {dlq.label}"
    if is_watched(alarms, "NumberOfMessagesSent", "dead_letter_queue") is True:
        text = (
            f"the alarm on {dlq.label} watches NumberOfMessagesSent, which does not count messages that the redrive "
            f"policy moves. No alarm watches {DEPTH}"
        )
    yield warning(dlq, "", text, f"Create an alarm on {DEPTH} of {dlq.label}, at 1 or more")
