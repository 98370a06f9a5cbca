from queuesmith.rules.authoring import Function, Pipeline, Problems, Rule, Unknown, amount, error, known, limits, warning

RULE = Rule(
    "QL105",
    "the maximum concurrency must not be above the function's reserved concurrency",
    limit=(
        "the maximum concurrency of each mapping ≤ the function's reserved concurrency (error); the sum over all of the "
        "function's enabled mappings ≤ its reserved concurrency (warning)"
    ),
    reason=(
        "Invocations above the reserved concurrency are throttled. Their messages use up receive attempts and move to the DLQ."
    ),
    remedy="Raise the reserved concurrency, or lower the maximum concurrency.",
    documentation=limits.SQS_SCALING,
    severity="error or warning",
)


def check(pipeline: Pipeline) -> Problems:
    mapping, function = pipeline.mapping, pipeline.function
    reserved = known(function.reserved_concurrency)
    if reserved is None or reserved == 0:
        return
    key, reserved_key = mapping.attribute_path("maximum_concurrency"), function.attribute_path("reserved_concurrency")
    most = known(mapping.maximum_concurrency)
    if most is not None and most not in limits.MAXIMUM_CONCURRENCY:
        return  # QL104 reports it
    if most is not None and most > reserved:
        text = f"{key} is {amount(most)}, but {reserved_key} is {amount(reserved)}: {_throttled(reserved)}"
        other_way = f", or {key} to {reserved} or less" if reserved in limits.MAXIMUM_CONCURRENCY else ""
        yield error(mapping, "maximum_concurrency", text, f"Set {reserved_key} to {most} or more{other_way}")
    elif len(function.concurrencies) > 1:
        yield from _together(function, reserved)


def _throttled(reserved: int) -> str:
    return f"invocations above {amount(reserved)} are throttled, and their messages use up receive attempts"


def _together(function: Function, reserved: int) -> Problems:
    """Check the sum of the function's mappings. QL106 reports those without a maximum, and QL104 those out of range."""
    total = sum(each for each in function.concurrencies if isinstance(each, int) and each in limits.MAXIMUM_CONCURRENCY)
    if total > reserved:
        key = function.attribute_path("reserved_concurrency")
        all_of_them = f"the mappings of {function.label} allow {amount(total)} concurrent invocations in total"
        text = f"{key} is {amount(reserved)}, but {all_of_them}: {_throttled(reserved)}"
        yield warning(
            function, "reserved_concurrency", text, f"Set {key} to {total} or more, or lower their maximum concurrency"
        )
    else:
        yield from (value for value in function.concurrencies if isinstance(value, Unknown))
