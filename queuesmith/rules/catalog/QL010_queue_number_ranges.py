from queuesmith.rules.authoring import Pipeline, Rule, check_ranges, limits

RULE = Rule(
    "QL010",
    "delay, maximum message size and receive wait time must be in the ranges that SQS accepts",
    limit=f"delay {limits.DELAY}; maximum message size {limits.MESSAGE_SIZE}; receive wait time {limits.RECEIVE_WAIT_TIME}",
    reason="SQS rejects other values. AWS provider 6.7 and earlier also reject maximum message sizes above 262,144 bytes.",
    remedy="Set a value in the range.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    enforced_by_aws=True,
)

check = check_ranges(
    Pipeline.queues, delay=limits.DELAY, receive_wait_time=limits.RECEIVE_WAIT_TIME, maximum_message_size=limits.MESSAGE_SIZE
)
