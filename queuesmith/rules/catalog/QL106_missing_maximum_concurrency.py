from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, known, limits, warning

RULE = Rule(
    "QL106",
    "reserved concurrency must be set together with maximum concurrency",
    limit="reserved concurrency requires maximum concurrency or provisioned pollers",
    reason=(
        "Otherwise Lambda polls more messages than the function can process. Invocations are throttled, and their messages "
        "use up receive attempts."
    ),
    remedy="Set maximum concurrency to the reserved concurrency or less.",
    documentation=limits.SQS_SCALING,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    mapping, function = pipeline.mapping, pipeline.function
    reserved = known(function.reserved_concurrency)
    if reserved and known(mapping.maximum_concurrency) is None and known(mapping.pollers) is None:
        key, reserved_key = mapping.attribute_path("maximum_concurrency"), function.attribute_path("reserved_concurrency")
        allowed = limits.MAXIMUM_CONCURRENCY
        text = (
            f"{reserved_key} is {amount(reserved)}, but {key} is not set: Lambda polls more messages than the function can "
            "process, invocations are throttled, and their messages use up receive attempts"
        )
        remedy = f"Set {key} to {min(reserved, allowed.high)} or less"
        if reserved < allowed.low:
            remedy = f"Raise {reserved_key} to {allowed.low} or more, and set {key} to it"
        yield warning(mapping, "maximum_concurrency", text, remedy)
