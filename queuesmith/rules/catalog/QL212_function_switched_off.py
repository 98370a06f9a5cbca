from queuesmith.rules.authoring import Pipeline, Problems, Rule, known, limits, warning

RULE = Rule(
    "QL212",
    "the function must not be disabled by a reserved concurrency of 0",
    limit="reserved concurrency is not 0",
    reason=(
        "With a reserved concurrency of 0 every invocation is throttled, and each throttled message uses up a receive attempt."
    ),
    remedy="Remove the reserved concurrency, or raise it. To pause, disable the mapping.",
    documentation=limits.LAMBDA_CONCURRENCY,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    if known(function.reserved_concurrency) == 0:
        key = function.attribute_path("reserved_concurrency")
        text = f"{key} is 0: every invocation is throttled, and messages use up their receive attempts and move to the DLQ"
        yield warning(function, "reserved_concurrency", text, f"Remove {key}, or raise it. To pause, disable the mapping")
