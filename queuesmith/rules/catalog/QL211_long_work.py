from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, known, limits, warning

_LONG = "long work starts again from the beginning if it is interrupted, and delays its batch"

RULE = Rule(
    "QL211",
    f"an invocation should take at most {limits.LONG_TIMEOUT // 60} minutes, and a record at most {limits.LONG_RECORD // 60}",
    limit=(
        f"function timeout ≤ {limits.LONG_TIMEOUT} s, expected seconds per record ≤ {limits.LONG_RECORD} s (advice, not AWS "
        "limits)"
    ),
    reason="Long work starts again from the beginning if it is interrupted, and one slow message delays its batch.",
    remedy="Use Step Functions, ECS or AWS Batch for long work, started from a short worker.",
    documentation=limits.LAMBDA_LIMITS,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    function, each = pipeline.function, pipeline.function.expected_seconds_per_record
    if each and each > limits.LONG_RECORD:
        key = function.attribute_path("expected_seconds_per_record")
        text = f"{key} is {amount(each, 's')}, above the advised {limits.LONG_RECORD} s: {_LONG}"
        yield warning(function, "expected_seconds_per_record", text)
    timeout = known(function.timeout)
    if limits.LONG_TIMEOUT < timeout <= limits.FUNCTION_TIMEOUT.high:
        key = function.attribute_path("timeout")
        text = f"{key} is {amount(timeout, 's')}, above the advised {limits.LONG_TIMEOUT} s: {_LONG}"
        yield warning(function, "timeout", text)
