from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, known, limits, warning
from queuesmith.rules.iam.policy import Statement

RULE = Rule(
    "QL017",
    "the dead-letter queue must accept only this queue as a source",
    limit="the DLQ's redrive allow policy is byQueue, and names the queue",
    reason="Otherwise any queue of the account can use this DLQ, and a redrive could send its messages to the wrong worker.",
    remedy="Give the DLQ a redrive allow policy with byQueue and the queue's ARN.",
    documentation=limits.DEAD_LETTER_QUEUES,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.queue_is_its_own_dlq:
        return
    allow, key, queue = known(dlq.redrive_allow_policy), dlq.attribute_path("redrive_allow_policy"), pipeline.queue
    remedy = f"Give {dlq.label} a redrive allow policy with byQueue and {queue.arn_name}"
    if allow is None:
        yield warning(dlq, "redrive_allow_policy", f"any queue of the account can use {dlq.label} as its DLQ", remedy)
        return
    permission = known(allow.permission)
    if permission == "allowAll":
        yield warning(dlq, "redrive_allow_policy", f"{key} is allowAll: any queue of the account can use this DLQ", remedy)
    elif permission == "denyAll":
        yield warning(dlq, "redrive_allow_policy", f"{key} is denyAll: {queue.label} cannot use this DLQ", remedy)
    elif permission == "byQueue" and not queue.arns:
        yield Unknown(queue.arn_name)
    elif permission == "byQueue" and not known(Statement(resources=allow.sources).reaches(queue.arns)):
        yield warning(
            dlq, "redrive_allow_policy", f"{key} does not name {queue.label}, which therefore cannot use this DLQ", remedy
        )
