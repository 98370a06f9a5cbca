from queuesmith.rules.authoring import BOTH, Problems, Queue, Rule, error, for_both_queues, known, limits, warning

RULE = Rule(
    "QL014",
    "the queue is encrypted, in one way",
    limit="SSE-SQS and KMS at once (error); SSE-SQS switched off without KMS (warning); unset is encrypted",
    reason="SQS takes one kind of encryption. New queues are encrypted unless somebody switches it off.",
    remedy="Take `sqs_managed_sse_enabled` out, or set it to true, unless there is a KMS key.",
    source=limits.SQS_BEST_PRACTICES,
    severities=BOTH,
    enforced_where="SSE-SQS and KMS are set at once",
)


@for_both_queues
def check(queue: Queue) -> Problems:
    sse = known(queue.sse)
    if sse is None:
        return
    key = known(queue.kms_key)
    sse_key, kms_key = queue.attribute_path("sse"), queue.attribute_path("kms_key")
    if sse and key is not None:
        text = f"{sse_key} is true, but {kms_key} is set too: SQS takes one kind of encryption"
        yield error(queue, "sse", text, f"Take one of the two out: {sse_key} or {kms_key}", enforced_by_aws=True)
    if not sse and key is None:
        text = f"{sse_key} is false and there is no KMS key: messages are stored unencrypted"
        yield warning(queue, "sse", text, f"Take {sse_key} out, or set it to true")
