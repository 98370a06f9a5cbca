from dataclasses import dataclass

from queuesmith.rules.authoring import (
    Dialect,
    Function,
    Pipeline,
    Problems,
    Range,
    Rule,
    Unknown,
    amount,
    check_range,
    error,
    limits,
    warning,
)


@dataclass(frozen=True)
class _Allowed:
    """The ranges of one attribute."""

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

RULE = Rule(
    "QL201",
    "timeout, memory and ephemeral storage must be in the ranges that Lambda accepts",
    limit=(
        f"timeout {limits.FUNCTION_TIMEOUT}; memory {limits.MEMORY}; ephemeral storage {limits.EPHEMERAL_STORAGE}. Without a "
        f"capacity provider (Lambda Managed Instances): timeout up to {amount(limits.ORDINARY_FUNCTION_TIMEOUT.high, 's')}, "
        f"ephemeral storage up to {amount(limits.ORDINARY_EPHEMERAL_STORAGE.high, 'MB')}, and memory above "
        f"{amount(limits.ORDINARY_MEMORY.high, 'MB')} is a warning. In settings: timeout up to "
        f"{amount(limits.FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER.high, 's')}, memory and ephemeral storage up to "
        f"{amount(limits.MEMORY_OF_OLDEST_PROVIDER.high, 'MB')}"
    ),
    reason=(
        "Lambda rejects other values. Settings must also work with AWS provider 5.100, which rejects values that Lambda has "
        "accepted since."
    ),
    remedy="Set a value in the range.",
    documentation=limits.CREATE_FUNCTION,
    severity="error or warning",
    enforced_when="a value is outside the ranges of Lambda's API",
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    in_settings = function.dialect is Dialect.SETTINGS and not pipeline.deployed
    for attribute, allowed in _ALLOWED.items():
        value = getattr(function, attribute)
        if isinstance(value, Unknown) or value not in allowed.by_api:
            yield from check_range(function, attribute, value, allowed.by_oldest_provider if in_settings else allowed.by_api)
        elif in_settings:
            yield from _refused_by_provider(function, attribute, value, allowed.by_oldest_provider)
        elif value not in allowed.without_capacity_provider:
            yield from _only_on_managed_instances(function, attribute, value, allowed.without_capacity_provider)


def _refused_by_provider(function: Function, attribute: str, value: int, allowed: Range) -> Problems:
    if value not in allowed:
        key = function.attribute_path(attribute)
        text = (
            f"{key} is {amount(value, allowed.unit)}, but AWS provider 5.100, the oldest that the stack supports, accepts at "
            f"most {amount(allowed.high)}"
        )
        yield error(function, attribute, text, f"Set {key} to {allowed.high} or less")


def _only_on_managed_instances(function: Function, attribute: str, value: int, allowed: Range) -> Problems:
    if isinstance(function.managed_instances, Unknown):
        yield function.managed_instances
    elif not function.managed_instances:
        key = function.attribute_path(attribute)
        text = (
            f"{key} is {amount(value, allowed.unit)}, but without a capacity provider at most {amount(allowed.high)} is allowed"
        )
        remedy = f"Set {key} to {allowed.high} or less, or run the function on Lambda Managed Instances"
        if attribute == "memory":  # this limit is only in the guide, which lags behind the API
            yield warning(function, attribute, f"{text} according to the Lambda guide", remedy)
        else:
            yield error(function, attribute, text, remedy)
