from queuesmith.rules.authoring import WARNS, Pipeline, Problems, Rule, amount, known, limits, warning

RULE = Rule(
    "QL106",
    "reserved concurrency goes with maximum concurrency",
    limit="reserved concurrency is set ⇒ maximum concurrency (or provisioned pollers) is set",
    reason="Without it the pollers outrun the function: what they receive in excess is throttled and spends receives.",
    remedy="Set maximum concurrency to the reserved concurrency or less.",
    source=limits.SQS_SCALING,
    severities=WARNS,
)


def check(pipeline: Pipeline) -> Problems:
    mapping, function = pipeline.mapping, pipeline.function
    reserved = known(function.reserved_concurrency)
    if reserved and known(mapping.maximum_concurrency) is None and known(mapping.pollers) is None:
        key, reserved_key = mapping.attribute_path("maximum_concurrency"), function.attribute_path("reserved_concurrency")
        allowed = limits.MAXIMUM_CONCURRENCY
        text = (
            f"{reserved_key} is {amount(reserved)}, but {key} is not set: pollers outrun the function, and throttled messages "
            "spend receives"
        )
        way = f"Set {key} to {min(reserved, allowed.high)} or less"
        if reserved < allowed.low:
            way = f"Raise {reserved_key} to {allowed.low} or more, and set {key} to it"
        yield warning(mapping, "maximum_concurrency", text, way)
