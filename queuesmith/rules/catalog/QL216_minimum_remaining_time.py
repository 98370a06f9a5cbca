from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, error, known, limits

RULE = Rule(
    "QL216",
    "the minimum remaining time must be shorter than the function timeout",
    limit="minimum remaining time < function timeout",
    reason="Otherwise the handler processes only the first message of each batch. The others return to the queue, and that "
    "counts toward maxReceiveCount.",
    remedy="Lower the minimum remaining time, or raise the function timeout.",
    documentation=limits.CONFIGURE_SQS_SOURCE,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    if function.minimum_remaining_time is None:
        return
    timeout = known(function.timeout)
    least = function.minimum_remaining_time
    if timeout in limits.FUNCTION_TIMEOUT and least >= timeout:
        key, timeout_key = function.attribute_path("minimum_remaining_time"), function.attribute_path("timeout")
        text = (
            f"{key} is {amount(least, 's')}, but {timeout_key} is {timeout} s: only the first message of each batch is "
            "processed, and the others return to the queue"
        )
        yield error(function, "minimum_remaining_time", text, f"Set {key} below {timeout}, or {timeout_key} above {least:g}")
