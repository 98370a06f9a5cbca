"""Rules about the function's numbers."""

from __future__ import annotations

from dataclasses import dataclass

from queuesmith.rules import limits
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.limits import Range
from queuesmith.rules.part import Dialect
from queuesmith.rules.pipeline import Function, Pipeline
from queuesmith.rules.rule import BOTH, WARNS, Problems, error, rule, warning, within
from queuesmith.rules.wording import amount

_LONG = "work this long starts again from the beginning when it is cut off, and holds up its batch"


@dataclass(frozen=True)
class _Allowed:
    """What is accepted of a number of the function."""

    by_api: Range
    without_capacity_provider: Range
    by_oldest_provider: Range


_ALLOWED = {
    "timeout": _Allowed(limits.FUNCTION_TIMEOUT, limits.ORDINARY_FUNCTION_TIMEOUT, limits.FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER),
    "memory": _Allowed(limits.MEMORY, limits.ORDINARY_MEMORY, limits.MEMORY_OF_OLDEST_PROVIDER),
    "ephemeral_storage": _Allowed(
        limits.EPHEMERAL_STORAGE, limits.ORDINARY_EPHEMERAL_STORAGE, limits.EPHEMERAL_STORAGE_OF_OLDEST_PROVIDER
    ),
}


@rule(
    "QL201",
    "timeout, memory and ephemeral storage are in the ranges that Lambda accepts",
    limit=(
        f"timeout {limits.FUNCTION_TIMEOUT}; memory {limits.MEMORY}; ephemeral storage {limits.EPHEMERAL_STORAGE}. Without a "
        f"capacity provider (Lambda Managed Instances): timeout to {amount(limits.ORDINARY_FUNCTION_TIMEOUT.high, 's')}, "
        f"ephemeral storage to {amount(limits.ORDINARY_EPHEMERAL_STORAGE.high, 'MB')}, and memory above "
        f"{amount(limits.ORDINARY_MEMORY.high, 'MB')} is a warning. In settings: timeout to "
        f"{amount(limits.FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER.high, 's')}, memory and ephemeral storage to "
        f"{amount(limits.MEMORY_OF_OLDEST_PROVIDER.high, 'MB')}"
    ),
    reason=(
        "Lambda refuses other values. Settings are applied with AWS provider 5.100 too, which refuses values that Lambda has "
        "accepted since."
    ),
    remedy="Set a value in the range.",
    source=limits.CREATE_FUNCTION,
    severities=BOTH,
    hard_where="a value is out of the ranges of Lambda's API",
)
def function_numbers_are_in_range(pipeline: Pipeline) -> Problems:
    """QL201."""
    function = pipeline.function
    in_settings = function.dialect is Dialect.SETTINGS and not pipeline.deployed
    for attribute, allowed in _ALLOWED.items():
        value = getattr(function, attribute)
        if isinstance(value, Unknown) or value not in allowed.by_api:
            yield from within(function, attribute, value, allowed.by_oldest_provider if in_settings else allowed.by_api)
        elif in_settings:
            yield from _refused_by_provider(function, attribute, value, allowed.by_oldest_provider)
        elif value not in allowed.without_capacity_provider:
            yield from _only_on_managed_instances(function, attribute, value, allowed.without_capacity_provider)


def _refused_by_provider(function: Function, attribute: str, value: int, allowed: Range) -> Problems:
    if value not in allowed:
        key = function.key(attribute)
        text = (
            f"{key} is {amount(value, allowed.unit)}, but AWS provider 5.100, which the stack may be applied with, accepts at "
            f"most {amount(allowed.high)}"
        )
        yield error(function, attribute, text, f"Set {key} to {allowed.high} or less")


def _only_on_managed_instances(function: Function, attribute: str, value: int, allowed: Range) -> Problems:
    if isinstance(function.managed_instances, Unknown):
        yield function.managed_instances
    elif not function.managed_instances:
        key = function.key(attribute)
        text = (
            f"{key} is {amount(value, allowed.unit)}, but without a capacity provider at most {amount(allowed.high)} is allowed"
        )
        remedy = f"Set {key} to {allowed.high} or less, or run the function on Lambda Managed Instances"
        if attribute == "memory":  # only the guide says so, and it lags behind the API
            yield warning(function, attribute, f"{text} by the Lambda guide", remedy)
        else:
            yield error(function, attribute, text, remedy)


@rule(
    "QL211",
    "the work is short",
    limit=(
        f"function timeout ≤ {limits.LONG_TIMEOUT} s, expected seconds per record ≤ {limits.LONG_RECORD} (advice, not AWS "
        "limits)"
    ),
    reason=("Long-running work starts again from the beginning when it is cut off, and one slow message holds up its batch."),
    remedy="Use Step Functions, ECS or AWS Batch for it, started from a short worker.",
    source=limits.LAMBDA_LIMITS,
    severities=WARNS,
)
def work_is_short(pipeline: Pipeline) -> Problems:
    """QL211."""
    function, each = pipeline.function, pipeline.function.expected_seconds_per_record
    remedy = "Use Step Functions, ECS or AWS Batch for long-running work, started from a short worker"
    if each and each > limits.LONG_RECORD:
        key = function.key("expected_seconds_per_record")
        text = f"{key} is {amount(each, 's')}: {_LONG}"
        yield warning(function, "expected_seconds_per_record", text, remedy)
    timeout = known(function.timeout)
    if limits.LONG_TIMEOUT < timeout <= limits.FUNCTION_TIMEOUT.high:
        text = f"{function.key('timeout')} is {amount(timeout, 's')}: {_LONG}"
        yield warning(function, "timeout", text, remedy)


@rule(
    "QL212",
    "the function is not switched off",
    limit="reserved concurrency is not 0",
    reason="With a reserved concurrency of 0 every invocation is throttled, and each throttled message spends a receive.",
    remedy="Take the reserved concurrency out, or raise it. To pause, disable the mapping.",
    source=limits.LAMBDA_CONCURRENCY,
    severities=WARNS,
)
def function_is_switched_on(pipeline: Pipeline) -> Problems:
    """QL212."""
    function = pipeline.function
    if known(function.reserved_concurrency) == 0:
        key = function.key("reserved_concurrency")
        text = f"{key} is 0: the function is switched off, and messages spend their receives until they end in the DLQ"
        yield warning(function, "reserved_concurrency", text, f"Take {key} out, or raise it. To pause, disable the mapping")


@rule(
    "QL214",
    "a function has no more layers than Lambda takes",
    limit=f"{limits.LAYERS}",
    reason="Lambda refuses more.",
    remedy="Put several into one layer, or their content into the package.",
    source=limits.LAMBDA_LIMITS,
    hard=True,
)
def layers_are_few(pipeline: Pipeline) -> Problems:
    """QL214."""
    function = pipeline.function
    layers, key = known(function.layers), function.key("layers")
    if layers not in limits.LAYERS:
        text = f"{key} has {layers} layers, but {limits.LAYERS} are allowed"
        yield error(function, "layers", text, f"Put several of {key} into one, or their content into the package")
