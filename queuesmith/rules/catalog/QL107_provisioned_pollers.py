from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, check_range, error, known, limits

RULE = Rule(
    "QL107",
    "provisioned pollers must be in range, and not combined with maximum concurrency",
    limit=(
        f"minimum {limits.MINIMUM_POLLERS}, maximum {limits.MAXIMUM_POLLERS}, minimum ≤ maximum; not together with maximum "
        "concurrency"
    ),
    reason="Lambda rejects any other combination.",
    remedy="Set minimum and maximum in their ranges, and remove maximum concurrency.",
    documentation=limits.SQS_SCALING,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    pollers = known(mapping.pollers)
    if pollers is None:
        return
    least, most = pollers.minimum, pollers.maximum
    yield from check_range(mapping, "minimum_pollers", least, limits.MINIMUM_POLLERS)
    yield from check_range(mapping, "maximum_pollers", most, limits.MAXIMUM_POLLERS)
    lowest, highest = limits.MAXIMUM_POLLERS.low, limits.MINIMUM_POLLERS.high
    if isinstance(least, int) and isinstance(most, int) and lowest <= most < least <= highest:  # else reported above
        key = mapping.attribute_path("maximum_pollers")
        text = f"{mapping.attribute_path('minimum_pollers')} is {amount(least)}, which is above {key} ({amount(most)})"
        yield error(mapping, "pollers", text, f"Set {key} to {least} or more")
    if known(mapping.maximum_concurrency) is not None:
        key = mapping.attribute_path("maximum_concurrency")
        text = f"{mapping.attribute_path('pollers')} and {key} are both set, but mutually exclusive"
        yield error(mapping, "pollers", text, f"Remove {key}: the maximum of the pollers replaces it")
