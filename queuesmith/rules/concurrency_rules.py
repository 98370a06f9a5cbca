"""Rules about how many invocations and pollers a mapping may cause."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.pipeline import Function, Mapping, Pipeline, Pollers
from queuesmith.rules.rule import BOTH, WARNS, Problems, error, rule, warning, within
from queuesmith.rules.wording import amount


@rule(
    "QL104",
    "the maximum concurrency is one that Lambda takes",
    limit=str(limits.MAXIMUM_CONCURRENCY),
    reason="Lambda refuses any other value. The provider checks the lower end only.",
    remedy="Set a value in the range. For one at a time, use a FIFO queue with one message group.",
    source=limits.SQS_SCALING,
    hard=True,
)
def maximum_concurrency_is_in_range(pipeline: Pipeline) -> Problems:
    """QL104."""
    mapping = pipeline.mapping
    yield from within(mapping, "maximum_concurrency", mapping.maximum_concurrency, limits.MAXIMUM_CONCURRENCY)


@rule(
    "QL105",
    "maximum concurrency fits the function's reserved concurrency",
    limit="one mapping ≤ reserved concurrency (error); all mappings of the function together ≤ it (warning)",
    reason="What Lambda polls beyond the reserved concurrency is throttled: those messages spend receives and end in the DLQ.",
    remedy="Raise the reserved concurrency, or lower the maximum concurrency.",
    source=limits.SQS_SCALING,
    severities=BOTH,
)
def concurrency_fits(pipeline: Pipeline) -> Problems:
    """QL105."""
    mapping, function = pipeline.mapping, pipeline.function
    reserved = known(function.reserved_concurrency)
    if reserved is None or reserved == 0:
        return
    key, reserved_key = mapping.key("maximum_concurrency"), function.key("reserved_concurrency")
    most = known(mapping.maximum_concurrency)
    if most is not None and most not in limits.MAXIMUM_CONCURRENCY:
        return  # that is QL104's
    if most is not None and most > reserved:
        yield error(
            mapping,
            "maximum_concurrency",
            f"{key} is {amount(most)}, but {reserved_key} is {amount(reserved)}: the rest is throttled, and throttled messages "
            "spend receives",
            f"Set {reserved_key} to {most} or more"
            + (f", or {key} to {reserved} or less" if reserved in limits.MAXIMUM_CONCURRENCY else ""),
        )
    elif len(function.concurrencies) > 1:
        yield from _together(function, reserved)


def _together(function: Function, reserved: int) -> Problems:
    """What all mappings of a function may use; those without a maximum are QL106's, those out of range QL104's."""
    total = sum(each for each in function.concurrencies if isinstance(each, int) and each in limits.MAXIMUM_CONCURRENCY)
    if total > reserved:
        key = function.key("reserved_concurrency")
        yield warning(
            function,
            "reserved_concurrency",
            f"{key} is {amount(reserved)}, but the mappings of {function.address} may use {amount(total)} together: the rest "
            "is throttled, and throttled messages spend receives",
            f"Set {key} to {total} or more, or their maximum concurrency lower",
        )
    else:
        yield from (value for value in function.concurrencies if isinstance(value, Unknown))


@rule(
    "QL106",
    "reserved concurrency goes with maximum concurrency",
    limit="reserved concurrency is set ⇒ maximum concurrency (or provisioned pollers) is set",
    reason="Without it the pollers outrun the function: what they receive in excess is throttled and spends receives.",
    remedy="Set maximum concurrency to the reserved concurrency or less.",
    source=limits.SQS_SCALING,
    severities=WARNS,
)
def pollers_are_held_back(pipeline: Pipeline) -> Problems:
    """QL106."""
    mapping, function = pipeline.mapping, pipeline.function
    reserved = known(function.reserved_concurrency)
    if reserved and known(mapping.maximum_concurrency) is None and known(mapping.pollers) is None:
        key, reserved_key = mapping.key("maximum_concurrency"), function.key("reserved_concurrency")
        allowed = limits.MAXIMUM_CONCURRENCY
        text = (
            f"{reserved_key} is {amount(reserved)}, but {key} is not set: pollers outrun the function, and throttled messages "
            "spend receives"
        )
        way = f"Set {key} to {min(reserved, allowed.high)} or less"
        if reserved < allowed.low:
            way = f"Raise {reserved_key} to {allowed.low} or more, and set {key} to it"
        yield warning(mapping, "maximum_concurrency", text, way)


@rule(
    "QL107",
    "provisioned pollers are in range, and instead of maximum concurrency",
    limit=(
        f"minimum {limits.MINIMUM_POLLERS}, maximum {limits.MAXIMUM_POLLERS}, minimum ≤ maximum; not together with maximum "
        "concurrency"
    ),
    reason="Lambda refuses any other combination.",
    remedy="Set minimum and maximum in their ranges, and take maximum concurrency out.",
    source=limits.SQS_SCALING,
    hard=True,
)
def pollers_are_in_range(pipeline: Pipeline) -> Problems:
    """QL107."""
    mapping = pipeline.mapping
    pollers = known(mapping.pollers)
    if pollers is None:
        return
    yield from within(mapping, "minimum_pollers", pollers.minimum, limits.MINIMUM_POLLERS)
    yield from within(mapping, "maximum_pollers", pollers.maximum, limits.MAXIMUM_POLLERS)
    yield from _minimum_is_below_the_maximum(mapping, pollers)
    if known(mapping.maximum_concurrency) is not None:
        yield error(
            mapping,
            "pollers",
            f"{mapping.key('pollers')} and {mapping.key('maximum_concurrency')} are both set",
            f"Take {mapping.key('maximum_concurrency')} out: the maximum of the pollers takes its place",
        )


def _minimum_is_below_the_maximum(mapping: Mapping, pollers: Pollers) -> Problems:
    least, most = pollers.minimum, pollers.maximum
    if not isinstance(least, int) or not isinstance(most, int):
        return
    if least > most and least in limits.MINIMUM_POLLERS and most in limits.MAXIMUM_POLLERS:
        key = mapping.key("maximum_pollers")
        text = f"{mapping.key('minimum_pollers')} is {amount(least)}, above {key} ({amount(most)})"
        yield error(mapping, "pollers", text, f"Set {key} to {least} or more")
