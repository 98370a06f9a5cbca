from queuesmith.rules.authoring import Rule, check_ranges, limits

RULE = Rule(
    "QL230",
    "the message concurrency must be in the range that the handler accepts",
    limit=str(limits.MESSAGE_CONCURRENCY),
    reason=(
        "Each message that is processed simultaneously needs a thread, and Lambda allows 1,024 threads and processes. With "
        "another value the handler does not start."
    ),
    remedy="Set a value in the range. Start with 10, and raise the function's memory if the messages need processor time.",
    documentation=limits.LAMBDA_LIMITS,
    enforced_by_aws=True,
)

check = check_ranges(lambda pipeline: [pipeline.function], message_concurrency=limits.MESSAGE_CONCURRENCY)
