from queuesmith.rules.authoring import Pipeline, Problems, Rule, join_words, limits, name_of, warning

RULE = Rule(
    "QL114",
    "the queue must be polled by only one consumer",
    limit="at most one enabled mapping or running EventBridge pipe for each queue",
    reason="Two consumers do not each receive all messages. Each receives a random part.",
    remedy="Give each function its own queue, behind an SNS topic or an EventBridge rule.",
    documentation=limits.CONFIGURE_SQS_SOURCE,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    queue = pipeline.queue
    if len(queue.consumers) > 1:
        all_of_them = "both" if len(queue.consumers) == 2 else "all"
        consumers = join_words([name_of(each) for each in queue.consumers])
        text = f"{consumers} {all_of_them} poll {queue.label}: each receives only a part of the messages"
        yield warning(queue, "", text)
