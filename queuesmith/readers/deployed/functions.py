"""Reads deployed functions and their log groups into the rules' model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.readers.deployed.unknown_responses import call_or_unknown, if_known
from queuesmith.rules import Function, LogGroup, MaybeUnknown, Statement, Unknown, defaults
from queuesmith.rules.iam.documents import statements_in
from queuesmith.rules.part import part_with_unknown_fields


def function_of(
    configuration: MaybeUnknown[Mapping[str, Any]],
    reserved: MaybeUnknown[int | None],
    identity: PartIdentity,
    expected: Function | None,
    **others: Any,
) -> Function:
    """Return a deployed function. Its code is not checked.

    `expected` is the function in the settings. Only they contain the expected time per record and the handler's backoff.
    `others` are fields from other responses: `policy`, `concurrencies` and `source_arns`.
    """
    from_settings = _fields_from_settings(expected)
    if isinstance(configuration, Unknown):
        return part_with_unknown_fields(Function, configuration, **identity, handler_problem=None, **from_settings, **others)
    image, logging = configuration.get("PackageType") == "Image", configuration.get("LoggingConfig") or {}
    return Function(
        **identity,
        **from_settings,
        **others,
        name=configuration["FunctionName"],
        timeout=configuration.get("Timeout", defaults.FUNCTION_TIMEOUT),
        managed_instances=bool(configuration.get("CapacityProviderConfig")),
        memory=configuration.get("MemorySize", defaults.MEMORY),
        ephemeral_storage=(configuration.get("EphemeralStorage") or {}).get("Size", defaults.EPHEMERAL_STORAGE),
        architecture=(configuration.get("Architectures") or [defaults.ARCHITECTURE])[0],
        runtime=None if image else configuration.get("Runtime"),
        handler=None if image else configuration.get("Handler"),
        arns=_arns(configuration),
        durable_timeout=(configuration.get("DurableConfig") or {}).get("ExecutionTimeout"),
        tenant_isolation=(configuration.get("TenancyConfig") or {}).get("TenantIsolationMode") == "PER_TENANT",
        snap_start=(configuration.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions",
        tracing=(configuration.get("TracingConfig") or {}).get("Mode") == "Active",
        file_systems=len(configuration.get("FileSystemConfigs") or ()),
        dead_letter_config=bool((configuration.get("DeadLetterConfig") or {}).get("TargetArn")),
        reserved_concurrency=reserved,
        layers=len(configuration.get("Layers") or ()),
        environment=_environment(configuration),
        log_format=logging.get("LogFormat") or defaults.LOG_FORMAT,
        application_level=logging.get("ApplicationLogLevel"),
        system_level=logging.get("SystemLogLevel"),
    )


def reserved_concurrency(functions: Any, name: str) -> MaybeUnknown[int | None]:
    """Return the reserved concurrency of a function, or None if it has none."""
    response = call_or_unknown(
        "the function's concurrency", lambda: dict(functions.get_function_concurrency(FunctionName=name))
    )
    return if_known(response, lambda answer: (answer or {}).get("ReservedConcurrentExecutions"))


def function_policy(functions: Any, name: str, qualifier: str | None) -> MaybeUnknown[tuple[Statement, ...]]:
    """Return the statements of a function's resource-based policy, and of the policy of the version or alias."""
    statements: list[Statement] = []
    for arguments in ({}, {"Qualifier": qualifier}) if qualifier else ({},):
        text = call_or_unknown("the function's policy", partial(_policy_text, functions, name, arguments))
        if isinstance(text, Unknown):
            return text
        found = () if text is None else statements_in(text, "")
        if isinstance(found, Unknown) or found is None:
            return found or Unknown("the function's policy")
        statements += found
    return tuple(dict.fromkeys(statements))


def _policy_text(functions: Any, name: str, arguments: Mapping[str, str]) -> str:
    return str(functions.get_policy(FunctionName=name, **arguments)["Policy"])


def log_group_of(logs: Any, name: str, identity: PartIdentity) -> MaybeUnknown[LogGroup | None]:
    """Return a log group by its name, or None if it does not exist."""

    def find() -> Mapping[str, Any] | None:
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        return next((each for page in pages for each in page.get("logGroups", ()) if each["logGroupName"] == name), None)

    group = call_or_unknown("the log group", find)
    if group is None or isinstance(group, Unknown):
        return group
    return LogGroup(**identity, retention=group.get("retentionInDays"))


def _arns(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ARN that was requested and, if it has a qualifier, the one without."""
    arn = str(configuration.get("FunctionArn", ""))
    return tuple(dict.fromkeys((arn, ":".join(arn.split(":")[:7])))) if arn else ()


_DELAYS = ("backoff_base", "backoff_cap", "pause_base", "pause_cap", "outage")
"""The fields about delays in the handler."""


def _fields_from_settings(expected: Function | None) -> dict[str, Any]:
    if expected is None:
        return {**dict.fromkeys(_DELAYS), "sends_to_dlq_immediately": False}
    others = ("expected_seconds_per_record", "minimum_remaining_time", "message_concurrency", "sends_to_dlq_immediately")
    names = (*others, *_DELAYS)
    return {name: getattr(expected, name) for name in names}


def _environment(configuration: Mapping[str, Any]) -> MaybeUnknown[dict[str, MaybeUnknown[str]]]:
    """Return the variables. Lambda omits them if the caller is not allowed to use the key that encrypts them."""
    environment = configuration.get("Environment") or {}
    if environment.get("Error"):
        return Unknown(f"the environment variables ({environment['Error'].get('ErrorCode')})")
    return dict(environment.get("Variables") or {})
