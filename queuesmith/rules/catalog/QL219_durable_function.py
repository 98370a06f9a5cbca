from queuesmith.rules.authoring import Function, Pipeline, Problems, Rule, Unknown, amount, error, known, limits

RULE = Rule(
    "QL219",
    "a durable function must be invoked by version or alias, and end within Lambda's limit",
    limit=(
        f"the mapping names a version or an alias; the execution timeout ≤ {limits.DURABLE_EXECUTION} s, or "
        f"{limits.MANAGED_DURABLE_EXECUTION:,} s on Lambda Managed Instances"
    ),
    reason=(
        "Lambda rejects the invocation of a durable function without a qualifier. A mapping waits for the whole execution, so "
        "Lambda also rejects the mapping's invocations if the execution timeout is above this limit. "
        "The messages then move to the DLQ."
    ),
    remedy="Invoke an alias, and lower the execution timeout, or let a second function start the durable one asynchronously.",
    documentation=limits.DURABLE_FUNCTIONS,
)


def check(pipeline: Pipeline) -> Problems:
    function, mapping = pipeline.function, pipeline.mapping
    timeout = known(function.durable_timeout)
    if timeout is None:
        return
    yield from _duration(function, timeout)
    if known(mapping.qualifier) is None:
        text = f"{mapping.label} invokes the durable function {function.label} without a version or alias, which Lambda rejects"
        yield error(mapping, "function_name", text, "Set the ARN of an alias or of a version")


def _duration(function: Function, timeout: int) -> Problems:
    managed = function.managed_instances
    limit = limits.MANAGED_DURABLE_EXECUTION if managed is True else limits.DURABLE_EXECUTION
    if timeout <= limit:
        return
    if isinstance(managed, Unknown) and timeout <= limits.MANAGED_DURABLE_EXECUTION:
        yield managed
        return
    key = function.attribute_path("durable_timeout")
    text = f"{key} is {amount(timeout, 's')}, but a mapping waits at most {amount(limit, 's')} for an execution"
    yield error(function, "durable_timeout", text, f"Set {key} to {limit} or less")
