from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, check_range, error, known, limits

RULE = Rule(
    "QL231",
    "the pauses of the circuit breaker must be in the range that the handler accepts",
    limit=f"1 ≤ base ≤ cap ≤ {limits.PAUSE.high:,} s; outage {limits.OUTAGE}",
    reason=(
        "With other pauses the handler does not start, or the pauses do not grow. A queue keeps messages for at most 14 days, "
        "and cannot outlast a longer outage."
    ),
    remedy="Set a base of 1 s or more, and a cap between the base and an hour.",
    documentation=limits.CHANGE_VISIBILITY,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    yield from check_range(function, "pause_cap", function.pause_cap, limits.PAUSE)
    yield from check_range(function, "outage", function.outage, limits.OUTAGE)
    base, cap = known(function.pause_base), known(function.pause_cap)
    if base is not None and cap is not None and cap in limits.PAUSE and not 1 <= base <= cap:
        base_key, cap_key = function.attribute_path("pause_base"), function.attribute_path("pause_cap")
        text = f"{base_key} is {amount(base, 's')}, but must be between 1 s and {cap_key} ({amount(cap, 's')})"
        yield error(function, "pause_base", text, f"Set {base_key} to a value in that range")
