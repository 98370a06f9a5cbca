from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, check_range, error, known, limits

RULE = Rule(
    "QL215",
    "the backoff must be in the range that SQS accepts",
    limit=f"1 ≤ base ≤ cap ≤ {limits.BACKOFF.high:,} s",
    reason="A visibility timeout is at most 12 hours. With a base of 0 or above the cap, the backoff would not grow.",
    remedy="Set a base of 1 s or more, and a cap between the base and 43,200 s.",
    documentation=limits.CHANGE_VISIBILITY,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    base, cap = known(function.backoff_base), known(function.backoff_cap)
    if base is None or cap is None:
        return
    base_key, cap_key = function.attribute_path("backoff_base"), function.attribute_path("backoff_cap")
    if cap not in limits.BACKOFF:
        yield from check_range(function, "backoff_cap", cap, limits.BACKOFF)
    elif not 1 <= base <= cap:
        text = f"{base_key} is {amount(base, 's')}, but must be between 1 s and {cap_key} ({amount(cap, 's')})"
        yield error(function, "backoff_base", text, f"Set {base_key} to a value in that range")
