from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, error, known, limits

RULE = Rule(
    "QL215",
    "the backoff is one that SQS can do",
    limit=f"1 ≤ base ≤ cap ≤ {limits.BACKOFF.high:,} s",
    reason="SQS hides a message for 12 hours at the most; a base above the cap, or of 0, would not grow.",
    remedy="Choose a base of 1 s or more, and a cap between it and 43,200 s.",
    source=limits.CHANGE_VISIBILITY,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    base, cap = known(function.backoff_base), known(function.backoff_cap)
    if base is None or cap is None:
        return
    base_key, cap_key = function.attribute_path("backoff_base"), function.attribute_path("backoff_cap")
    most = limits.BACKOFF.high
    if not 1 <= cap <= most:
        text = f"{cap_key} is {amount(cap, 's')}, but SQS hides a message for 1 to {most:,} s"
        yield error(function, "backoff_cap", text, f"Set {cap_key} to a value in that range")
    elif not 1 <= base <= cap:
        text = f"{base_key} is {amount(base, 's')}, but 1 s to {cap_key} ({amount(cap, 's')}) is what can grow"
        yield error(function, "backoff_base", text, f"Set {base_key} to a value in that range")
