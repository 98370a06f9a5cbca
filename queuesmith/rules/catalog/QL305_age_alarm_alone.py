from queuesmith.rules.alarms import AGE, DEPTH, WHERE_THERE_ARE, is_watched
from queuesmith.rules.authoring import WARNS, Pipeline, Problems, Rule, known, limits, warning

RULE = Rule(
    "QL305",
    "the age alarm does not stand alone on a standard queue",
    limit=f"an alarm on ApproximateAgeOfOldestMessage ⇒ one on the DLQ's depth (QL302); {WHERE_THERE_ARE}",
    reason="On a standard queue that metric leaves out messages received three times or more: those that fail.",
    remedy="Create an alarm on ApproximateNumberOfMessagesVisible of the DLQ beside it.",
    source=limits.SQS_METRICS,
    severities=WARNS,
)


def check(pipeline: Pipeline) -> Problems:
    alarms, dlq = pipeline.known_alarms(), known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.is_its_own_dlq or is_watched(alarms, AGE, "queue") is not True or known(pipeline.queue.fifo):
        return  # QL004 reports a missing DLQ
    if known(is_watched(alarms, DEPTH, "dead_letter_queue")):
        return
    text = f"the alarm on the age of {pipeline.queue.address} leaves out messages that were received three times or more"
    yield warning(pipeline.queue, "", text, f"Create an alarm on {DEPTH} of its dead-letter queue too")
