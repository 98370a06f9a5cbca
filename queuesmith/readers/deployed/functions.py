"""Reads deployed functions and their log groups into the rules' model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.readers.deployed.unknown_responses import call_or_unknown, if_known
from queuesmith.rules import Function, LogGroup, MaybeUnknown, Unknown, defaults
from queuesmith.rules.part import part_with_unknown_fields


def function_of(
    found: MaybeUnknown[Mapping[str, Any]],
    reserved: MaybeUnknown[int | None],
    identity: PartIdentity,
    wanted: Function | None,
    **callers: Any,
) -> Function:
    """Return a deployed function. Its code is not checked.

    `wanted` is the function in the settings. Only they contain the expected time per record and the handler's backoff.
    `callers` are the fields `concurrencies` and `source_arns`.
    """
    of_the_settings = _of_the_settings(wanted)
    if isinstance(found, Unknown):
        return part_with_unknown_fields(Function, found, **identity, handler_problem=None, **of_the_settings, **callers)
    image, logging = found.get("PackageType") == "Image", found.get("LoggingConfig") or {}
    return Function(
        **identity,
        **of_the_settings,
        **callers,
        name=found["FunctionName"],
        timeout=found.get("Timeout", defaults.FUNCTION_TIMEOUT),
        managed_instances=bool(found.get("CapacityProviderConfig")),
        memory=found.get("MemorySize", defaults.MEMORY),
        ephemeral_storage=(found.get("EphemeralStorage") or {}).get("Size", defaults.EPHEMERAL_STORAGE),
        runtime=None if image else found.get("Runtime"),
        handler=None if image else found.get("Handler"),
        reserved_concurrency=reserved,
        layers=len(found.get("Layers") or ()),
        environment=_environment(found),
        log_format=logging.get("LogFormat") or defaults.LOG_FORMAT,
        application_level=logging.get("ApplicationLogLevel"),
        system_level=logging.get("SystemLogLevel"),
    )


def reserved_concurrency(functions: Any, name: str) -> MaybeUnknown[int | None]:
    """Return the reserved concurrency of a function, or None if it has none."""
    found = call_or_unknown("the function's concurrency", lambda: dict(functions.get_function_concurrency(FunctionName=name)))
    return if_known(found, lambda answer: (answer or {}).get("ReservedConcurrentExecutions"))


def log_group_of(logs: Any, name: str, identity: PartIdentity) -> MaybeUnknown[LogGroup | None]:
    """Return a log group by its name, or None if it does not exist."""

    def look() -> Mapping[str, Any] | None:
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        return next((each for page in pages for each in page.get("logGroups", ()) if each["logGroupName"] == name), None)

    found = call_or_unknown("the log group", look)
    if found is None or isinstance(found, Unknown):
        return found
    return LogGroup(**identity, retention=found.get("retentionInDays"))


def _of_the_settings(wanted: Function | None) -> dict[str, Any]:
    if wanted is None:
        return {"backoff_base": None, "backoff_cap": None}
    names = ("expected_seconds_per_record", "minimum_remaining_time", "backoff_base", "backoff_cap")
    return {name: getattr(wanted, name) for name in names}


def _environment(found: Mapping[str, Any]) -> MaybeUnknown[dict[str, MaybeUnknown[str]]]:
    """Return the variables. Lambda omits them if the caller is not allowed to use the key that encrypts them."""
    environment = found.get("Environment") or {}
    if environment.get("Error"):
        return Unknown(f"the environment variables: {environment['Error'].get('ErrorCode')}")
    return dict(environment.get("Variables") or {})
