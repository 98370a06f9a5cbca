from queuesmith.rules.authoring import WARNS, Pipeline, Problems, Rule, limits, listed, warning

RULE = Rule(
    "QL114",
    "one mapping polls the queue",
    limit="at most one enabled mapping a queue",
    reason="Two mappings do not each get all messages: each gets a part, at random.",
    remedy="Give each function a queue of its own, behind an SNS topic or an EventBridge rule.",
    source=limits.CONFIGURE_SQS_SOURCE,
    severities=WARNS,
)


def check(pipeline: Pipeline) -> Problems:
    queue = pipeline.queue
    if len(queue.consumers) > 1:
        all_of_them = "both" if len(queue.consumers) == 2 else "all"
        text = f"{listed(queue.consumers)} {all_of_them} poll {queue.address}: each gets a part of the messages"
        yield warning(queue, "", text, "Give each function a queue of its own, behind an SNS topic or an EventBridge rule")
