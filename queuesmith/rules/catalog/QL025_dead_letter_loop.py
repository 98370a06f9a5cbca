from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, error, known, limits
from queuesmith.rules.iam.policy import Statement

RULE = Rule(
    "QL025",
    "the dead-letter queue must not send messages back to its queue",
    limit="the redrive policy of the DLQ does not name the queue",
    reason=(
        "Otherwise, a message that is received from the DLQ too often moves back to the queue, where it fails again. It moves "
        "back and forth until it expires and is lost. "
        "On FIFO queues, each move restarts the retention period, so the loop never ends."
    ),
    remedy="Remove the redrive policy of the DLQ. To process its messages again, start a redrive.",
    documentation=limits.DEAD_LETTER_QUEUES,
)


def check(pipeline: Pipeline) -> Problems:
    dlq, queue = known(pipeline.dead_letter_queue), pipeline.queue
    policy = None if dlq is None or pipeline.queue_is_its_own_dlq else known(dlq.redrive_policy)
    if dlq is None or policy is None:
        return
    if not queue.arns:
        yield Unknown(queue.arn_name)
    elif known(Statement(resources=(policy.target,)).reaches(queue.arns)):
        key = dlq.attribute_path("redrive_policy")
        text = f"{key} names {queue.label}, whose DLQ it is: a message that keeps failing moves back and forth until it expires"
        yield error(dlq, "redrive_policy", text, f"Remove {key}")
