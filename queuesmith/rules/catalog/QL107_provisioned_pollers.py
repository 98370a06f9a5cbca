from queuesmith.rules.authoring import (
    EventSourceMapping,
    Pipeline,
    Pollers,
    Problems,
    Rule,
    amount,
    check_range,
    error,
    known,
    limits,
)

RULE = Rule(
    "QL107",
    "provisioned pollers are in range, and not combined with maximum concurrency",
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
    yield from check_range(mapping, "minimum_pollers", pollers.minimum, limits.MINIMUM_POLLERS)
    yield from check_range(mapping, "maximum_pollers", pollers.maximum, limits.MAXIMUM_POLLERS)
    yield from _minimum_is_below_the_maximum(mapping, pollers)
    if known(mapping.maximum_concurrency) is not None:
        key = mapping.attribute_path("maximum_concurrency")
        remedy = f"Remove {key}: the maximum of the pollers replaces it"
        yield error(
            mapping,
            "pollers",
            f"{mapping.attribute_path('pollers')} and {key} are both set, but are mutually exclusive",
            remedy,
        )


def _minimum_is_below_the_maximum(mapping: EventSourceMapping, pollers: Pollers) -> Problems:
    least, most = pollers.minimum, pollers.maximum
    if not isinstance(least, int) or not isinstance(most, int):
        return
    if least > most and least in limits.MINIMUM_POLLERS and most in limits.MAXIMUM_POLLERS:
        key = mapping.attribute_path("maximum_pollers")
        text = f"{mapping.attribute_path('minimum_pollers')} is {amount(least)}, which is above {key} ({amount(most)})"
        yield error(mapping, "pollers", text, f"Set {key} to {least} or more")
