from queuesmith.rules.authoring import Problems, Queue, Rule, error, for_both_queues, known, limits, warning

RULE = Rule(
    "QL014",
    "the queue must be encrypted with SSE-SQS or SSE-KMS",
    limit=(
        "SSE-SQS and SSE-KMS must not be set together (error); without SSE-KMS, SSE-SQS must be enabled or not set (warning)"
    ),
    reason=(
        "SQS accepts one kind of encryption only. New queues are encrypted with SSE-SQS unless it is disabled. If you remove "
        "`sqs_managed_sse_enabled`, an existing queue keeps its encryption as it is."
    ),
    remedy="Set `sqs_managed_sse_enabled` to true, or set `kms_master_key_id` instead.",
    documentation=limits.SQS_BEST_PRACTICES,
    severity="error or warning",
    enforced_when="SSE-SQS and SSE-KMS are both set",
)


@for_both_queues
def check(queue: Queue) -> Problems:
    sse = known(queue.sse)
    if sse is None:
        return
    kms_key = known(queue.kms_key)
    sse_path, kms_path = queue.attribute_path("sse"), queue.attribute_path("kms_key")
    if sse and kms_key is not None:
        text = f"{sse_path} is true, but {kms_path} is set too: SQS accepts one kind of encryption only"
        yield error(queue, "sse", text, f"Remove one of the two: {sse_path} or {kms_path}", enforced_by_aws=True)
    if not sse and kms_key is None:
        text = f"{sse_path} is false and there is no KMS key: messages are stored unencrypted"
        yield warning(queue, "sse", text, f"Set {sse_path} to true, or set {kms_path} instead")
