from queuesmith.rules.authoring import Dialect, Problems, Queue, Rule, amount, check_range, error, for_both_queues, limits

RULE = Rule(
    "QL010",
    "delay, maximum message size and receive wait time must be in the ranges that SQS accepts",
    limit=(
        f"delay {limits.DELAY}; maximum message size {limits.MESSAGE_SIZE} (in settings up to "
        f"{amount(limits.MESSAGE_SIZE_IN_OLDEST_PROVIDER.high)}); receive wait time {limits.RECEIVE_WAIT_TIME}"
    ),
    reason=(
        "SQS rejects other values. Messages of 1 MiB need AWS provider 6.8. Settings must also work with provider 5.100, which "
        "rejects more than 256 KiB."
    ),
    remedy="Set a value in the range.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    enforced_when="a value is outside the ranges of SQS",
)


@for_both_queues
def check(queue: Queue) -> Problems:
    yield from check_range(queue, "delay", queue.delay, limits.DELAY)
    yield from check_range(queue, "receive_wait_time", queue.receive_wait_time, limits.RECEIVE_WAIT_TIME)
    yield from check_range(queue, "maximum_message_size", queue.maximum_message_size, limits.MESSAGE_SIZE)
    size, most = queue.maximum_message_size, limits.MESSAGE_SIZE_IN_OLDEST_PROVIDER.high
    is_created_from_settings = queue.created and queue.dialect is Dialect.SETTINGS
    if is_created_from_settings and isinstance(size, int) and most < size <= limits.MESSAGE_SIZE.high:
        key = queue.attribute_path("maximum_message_size")
        provider = "AWS provider 5.100, the oldest that the stack supports"
        text = f"{key} is {amount(size, 'bytes')}, but {provider}, accepts at most {amount(most)}"
        yield error(queue, "maximum_message_size", text, f"Set {key} to {most}")
