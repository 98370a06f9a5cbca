from queuesmith.rules.authoring import Function, Pipeline, Problems, Rule, known, limits, warning

_NOT_ASYNCHRONOUS = frozenset({"Service:sqs.amazonaws.com", "Service:lambda.amazonaws.com"})
"""Principals that can be allowed to invoke a function, but never invoke it asynchronously."""

RULE = Rule(
    "QL225",
    "failed messages must go to the DLQ of the queue, not to that of the function",
    limit="no dead_letter_config, unless the function's resource-based policy allows other callers",
    reason=(
        "Lambda sends only failed asynchronous invocations to the dead_letter_config of a function. An event source mapping "
        "invokes the function synchronously, so a message that fails returns to its queue."
    ),
    remedy="Remove dead_letter_config, and set a redrive policy on the queue.",
    documentation=limits.CONFIGURE_SQS_SOURCE,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    function, queue = pipeline.function, pipeline.queue
    if not known(function.dead_letter_config) or _others_can_invoke(function):
        return
    key = function.attribute_path("dead_letter_config")
    text = f"{key} is for asynchronous invocations only: messages of {queue.label} that fail do not go there"
    instead = f", and set a redrive policy on {queue.label}" if pipeline.dead_letter_queue is None else ""
    yield warning(function, "dead_letter_config", text, f"Remove {key}{instead}")


def _others_can_invoke(function: Function) -> bool:
    """Whether the function's policy allows invocations that can be asynchronous."""
    policy = known(function.policy)
    return any(set(known(statement.principals)) - _NOT_ASYNCHRONOUS for statement in policy if statement.allows)
