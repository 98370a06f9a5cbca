"""Rules about what a handler does with messages that fail, where its settings say so."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.known import known
from queuesmith.rules.pipeline import Pipeline
from queuesmith.rules.rule import Problems, error, rule
from queuesmith.rules.wording import amount


@rule(
    "QL215",
    "the backoff is one that SQS can do",
    limit=f"1 ≤ base ≤ cap ≤ {limits.VISIBILITY_TIMEOUT.high:,} s",
    reason="SQS hides a message for 12 hours at the most; a base above the cap, or of 0, would not grow.",
    remedy="Choose a base of 1 s or more, and a cap between it and 43,200 s.",
    source=limits.CHANGE_VISIBILITY,
    hard=True,
)
def backoff_is_possible(pipeline: Pipeline) -> Problems:
    """QL215."""
    function = pipeline.function
    base, cap = known(function.backoff_base), known(function.backoff_cap)
    if base is None or cap is None:
        return
    base_key, cap_key = function.key("backoff_base"), function.key("backoff_cap")
    most = limits.VISIBILITY_TIMEOUT.high
    if not 1 <= cap <= most:
        text = f"{cap_key} is {amount(cap, 's')}, but SQS hides a message for 1 to {most:,} s"
        yield error(function, "backoff_cap", text, f"Set {cap_key} to a value in that range")
    elif not 1 <= base <= cap:
        text = f"{base_key} is {amount(base, 's')}, but 1 s to {cap_key} ({amount(cap, 's')}) is what can grow"
        yield error(function, "backoff_base", text, f"Set {base_key} to a value in that range")


@rule(
    "QL216",
    "the time floor leaves time to work",
    limit="time floor < function timeout",
    reason="The handler hands back every message but the first of a batch, and each that is handed back spends a receive.",
    remedy="Lower the time floor, or raise the function timeout.",
    source=limits.CONFIGURE_SQS_SOURCE,
)
def time_floor_leaves_time(pipeline: Pipeline) -> Problems:
    """QL216."""
    function = pipeline.function
    if function.time_floor is None:
        return
    timeout = known(function.timeout)
    if timeout in limits.FUNCTION_TIMEOUT and function.time_floor >= timeout:
        key, timeout_key = function.key("time_floor"), function.key("timeout")
        text = (
            f"{key} is {amount(function.time_floor, 's')}, but {timeout_key} is {timeout} s: of each batch only the first "
            "message is worked, and the rest handed back"
        )
        yield error(function, "time_floor", text, f"Set {key} below {timeout}, or {timeout_key} above {function.time_floor:g}")
