from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, known, limits, warning

RULE = Rule(
    "QL002",
    "the visibility timeout must leave room for retries of a throttled batch",
    limit=(
        "visibility timeout ≥ 6 × function timeout + batching window. If the window is not longer than the function timeout, "
        "6 × function timeout is accepted"
    ),
    reason=(
        "Lambda retries a throttled batch before it returns the messages to the queue. With a shorter visibility timeout, the "
        "messages become visible during the retries, are processed twice, and use up receive attempts."
    ),
    remedy="Set the visibility timeout to 6 × function timeout + batching window.",
    documentation=limits.CONFIGURE_SQS_SOURCE,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    queue, function, mapping = pipeline.queue, pipeline.function, pipeline.mapping
    visibility, timeout, window = known(queue.visibility_timeout), known(function.timeout), known(mapping.batching_window)
    if timeout not in limits.FUNCTION_TIMEOUT or window not in limits.BATCHING_WINDOW:
        return  # QL201 and QL103 report these
    recommended = limits.recommended_visibility_timeout(timeout, window)
    least = recommended if window > timeout else recommended - window
    if timeout < visibility < least:  # QL001 reports values up to the timeout
        key, timeout_key = queue.attribute_path("visibility_timeout"), function.attribute_path("timeout")
        text = (
            f"{key} is {amount(visibility, 's')}, less than 6 × {timeout_key} ({timeout} s) + batching window "
            f"({window} s): a throttled batch can become visible while Lambda is still retrying it"
        )
        yield warning(queue, "visibility_timeout", text, f"Set {key} to {recommended}")
