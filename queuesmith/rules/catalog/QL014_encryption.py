from queuesmith.rules.authoring import Problems, Queue, Rule, error, for_both_queues, known, limits, warning

RULE = Rule(
    "QL014",
    "the queue is encrypted, with SSE-SQS or with KMS",
    limit="SSE-SQS and KMS together (error); SSE-SQS disabled without KMS (warning)",
    reason="SQS accepts one kind of encryption only. New queues are encrypted with SSE-SQS unless it is disabled.",
    remedy="Remove `sqs_managed_sse_enabled`. Set it to true only if there is no KMS key.",
    documentation=limits.SQS_BEST_PRACTICES,
    severity="error or warning",
    enforced_when="SSE-SQS and KMS are both set",
)


@for_both_queues
def check(queue: Queue) -> Problems:
    sse = known(queue.sse)
    if sse is None:
        return
    key = known(queue.kms_key)
    sse_key, kms_key = queue.attribute_path("sse"), queue.attribute_path("kms_key")
    if sse and key is not None:
        text = f"{sse_key} is true, but {kms_key} is set too: SQS accepts one kind of encryption only"
        yield error(queue, "sse", text, f"Remove one of the two: {sse_key} or {kms_key}", enforced_by_aws=True)
    if not sse and key is None:
        text = f"{sse_key} is false and there is no KMS key: messages are stored unencrypted"
        yield warning(queue, "sse", text, f"Remove {sse_key}, or set it to true")
