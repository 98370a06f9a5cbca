from queuesmith.rules.authoring import Problems, Queue, Rule, error, for_both_queues, known, limits

RULE = Rule(
    "QL023",
    "a queue policy must have a Version",
    limit='every queue policy that Terraform applies contains a Version, such as "2012-10-17"',
    reason=(
        "If a policy has no Version, SQS stores a changed copy of it. Terraform waits until SQS returns the policy exactly as "
        "Terraform sent it, so the apply fails after up to 20 minutes."
    ),
    remedy='Add Version = "2012-10-17" to the policy.',
    documentation=limits.QUEUE_POLICY_VERSION,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    for address in queue.policies_without_version:
        where = "" if address == queue.address else f" in {address}"
        text = f"the policy of {queue.label}{where} has no Version: the apply waits for it for up to 20 minutes, and fails"
        yield error(queue, "policy", text)
    if not queue.policies_without_version:
        known(queue.policy)
