from queuesmith.rules.authoring import BOTH, Function, Pipeline, Problems, Rule, Unknown, amount, error, known, limits, warning

_THROTTLED = "the rest is throttled, and throttled messages spend receives"

RULE = Rule(
    "QL105",
    "maximum concurrency fits the function's reserved concurrency",
    limit="one mapping ≤ reserved concurrency (error); all mappings of the function together ≤ it (warning)",
    reason="What Lambda polls beyond the reserved concurrency is throttled: those messages spend receives and end in the DLQ.",
    remedy="Raise the reserved concurrency, or lower the maximum concurrency.",
    source=limits.SQS_SCALING,
    severities=BOTH,
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
        text = f"{key} is {amount(most)}, but {reserved_key} is {amount(reserved)}: {_THROTTLED}"
        other_way = f", or {key} to {reserved} or less" if reserved in limits.MAXIMUM_CONCURRENCY else ""
        yield error(mapping, "maximum_concurrency", text, f"Set {reserved_key} to {most} or more{other_way}")
    elif len(function.concurrencies) > 1:
        yield from _together(function, reserved)


def _together(function: Function, reserved: int) -> Problems:
    """What all mappings of a function may use; those without a maximum are QL106's, those out of range QL104's."""
    total = sum(each for each in function.concurrencies if isinstance(each, int) and each in limits.MAXIMUM_CONCURRENCY)
    if total > reserved:
        key = function.attribute_path("reserved_concurrency")
        all_of_them = f"the mappings of {function.address} may use {amount(total)} together"
        text = f"{key} is {amount(reserved)}, but {all_of_them}: {_THROTTLED}"
        yield warning(
            function, "reserved_concurrency", text, f"Set {key} to {total} or more, or their maximum concurrency lower"
        )
    else:
        yield from (value for value in function.concurrencies if isinstance(value, Unknown))
