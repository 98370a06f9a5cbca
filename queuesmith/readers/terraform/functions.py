"""Reads the functions of a Terraform file and their log groups into the rules' model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from queuesmith.common.json_values import as_dict
from queuesmith.readers.handler_code import handler_problem_in_zip
from queuesmith.readers.terraform.document import Resource, walk
from queuesmith.readers.terraform.function_policies import FunctionPolicyReader
from queuesmith.readers.terraform.resource_index import (
    FUNCTION,
    LOG_GROUP,
    ExternalResource,
    LookupResult,
    ResourceIndex,
    lambda_arns,
)
from queuesmith.readers.terraform.values import count, number, raw, text, with_default
from queuesmith.rules import Dialect, Function, LogGroup, MaybeUnknown, Unknown, defaults
from queuesmith.rules.part import part_with_unknown_fields

_CODE = ("filename", "s3_bucket", "image_uri")
_STORES_OF_SECRETS = ("aws_secretsmanager_secret", "aws_ssm_parameter")


class FunctionReader:
    """Reads the functions of a file."""

    def __init__(self, index: ResourceIndex, folder: Path | None) -> None:
        """`folder` is the folder with local zips. None: zips are not read."""
        self._folder, self._policies = folder, FunctionPolicyReader(index)
        stores = index.document.of_type(*_STORES_OF_SECRETS)
        self._names_of_secrets = {name: each for each in stores if isinstance(name := text(each, "name"), str)}

    def function(
        self,
        resource: Resource,
        *,
        concurrencies: tuple[MaybeUnknown[int | None], ...],
        source_arns: tuple[str, ...] | None,
    ) -> Function:
        """Return a function of the file."""
        image = text(resource, "package_type") == "Image"
        log_format = text(resource, "logging_config", 0, "log_format")
        handler = text(resource, "handler")
        architecture = text(resource, "architectures", 0)
        return Function(
            address=resource.address,
            dialect=Dialect.TERRAFORM,
            name=text(resource, "function_name"),
            timeout=with_default(number(resource, "timeout"), defaults.FUNCTION_TIMEOUT),
            managed_instances=_has_block(resource, "capacity_provider_config"),
            memory=with_default(number(resource, "memory_size"), defaults.MEMORY),
            architecture=defaults.ARCHITECTURE if architecture is None else architecture,
            ephemeral_storage=with_default(number(resource, "ephemeral_storage", 0, "size"), defaults.EPHEMERAL_STORAGE),
            runtime=None if image else text(resource, "runtime"),
            reserved_concurrency=number(resource, "reserved_concurrent_executions", unset=(-1,)),
            layers=count(resource, "layers"),
            environment=self._environment(resource),
            code=_code(resource),
            handler=handler,
            handler_problem=None if image else self._handler_problem(resource, handler),
            log_format=defaults.LOG_FORMAT if log_format is None else log_format,
            application_level=text(resource, "logging_config", 0, "application_log_level"),
            system_level=text(resource, "logging_config", 0, "system_log_level"),
            arns=lambda_arns(resource, "function", text(resource, "function_name")),
            policy=self._policies.policy_of(resource),
            durable_timeout=number(resource, "durable_config", 0, "execution_timeout"),
            tenant_isolation=_is_set_to(resource, "tenancy_config", "tenant_isolation_mode", "PER_TENANT"),
            snap_start=_is_set_to(resource, "snap_start", "apply_on", "PublishedVersions"),
            tracing=_is_set_to(resource, "tracing_config", "mode", "Active"),
            file_systems=count(resource, "file_system_config"),
            dead_letter_config=_has_block(resource, "dead_letter_config"),
            concurrencies=concurrencies,
            source_arns=source_arns,
        )

    def _handler_problem(self, resource: Resource, handler: MaybeUnknown[str | None]) -> MaybeUnknown[str | None]:
        """Return the problem with the handler, for Python functions whose zip exists."""
        filename, runtime = text(resource, "filename"), text(resource, "runtime")
        if filename is None:
            return None
        if isinstance(filename, Unknown) or isinstance(runtime, Unknown) or isinstance(handler, Unknown):
            return Unknown(f"the handler of {resource.address}")
        if runtime is None or not runtime.startswith("python") or handler is None:
            return None
        if self._folder is None:
            return Unknown(f"the code of {resource.address}, because zip files are not read")
        if not _is_file(self._folder / filename):
            return Unknown(f"the code of {resource.address}, because the file {filename} does not exist")
        return handler_problem_in_zip(self._folder / filename, handler, layers=resource.value("layers") not in (None, []))

    def _environment(self, resource: Resource) -> MaybeUnknown[Mapping[str, MaybeUnknown[str]]]:
        """Return the environment variables. Each value can be unknown. The name of a secret in the file is a reference."""
        variables = resource.value("environment", 0, "variables")
        if isinstance(variables, Unknown):
            return variables
        found = texts(resource, variables, "environment", 0, "variables")
        secrets = self._names_of_secrets
        return {
            name: f"${{{secrets[value].address}.name}}" if isinstance(value, str) and value in secrets else value
            for name, value in found.items()
        }


def external_function(name: str) -> Function:
    """Return a function that is not in the file."""
    outside = Unknown(f"{name}, which is outside the file")
    delays = ("backoff_base", "backoff_cap", "pause_base", "pause_cap", "outage")
    not_set = dict.fromkeys(("handler", "application_level", "system_level", *delays))
    arns = (name,) if name.startswith("arn:") else ()
    return part_with_unknown_fields(Function, outside, address=name, arns=arns, dialect=Dialect.TERRAFORM, **not_set)


class LogGroupReader:
    """Finds the log group of a function: by its logging_config, or by name."""

    def __init__(self, index: ResourceIndex) -> None:
        self._index = index
        self._named_after: dict[str, list[Resource]] = {}
        self._unnamed: Unknown | None = None
        for group in index.document.of_type(LOG_GROUP):
            name = text(group, "name")
            if isinstance(name, Unknown):
                self._unnamed = self._unnamed or name
            for function in group.targets("name").of(FUNCTION):
                self._named_after.setdefault(function.address, []).append(group)

    def of(self, function: Resource) -> MaybeUnknown[LogGroup | None]:
        """Return the log group of a function, or None if it is not in the file."""
        group = self._find(function)
        if group is None or isinstance(group, Unknown):
            return group
        return LogGroup(
            address=group.address,
            dialect=Dialect.TERRAFORM,
            retention=number(group, "retention_in_days", unset=(0,)),
            before_function=self._index.document.depends_on(function, group),
        )

    def _find(self, function: Resource) -> MaybeUnknown[Resource | None]:
        own, name = self._index.find(LOG_GROUP, function, "logging_config", 0, "log_group"), text(function, "function_name")
        if isinstance(own, Resource | Unknown):
            return own
        default = f"/aws/lambda/{name}"  # a refreshed function shows this default too
        if isinstance(own, ExternalResource) and own.value != default:
            return Unknown(f"the log group {own.value}, which is outside the file")
        group: LookupResult = name if isinstance(name, Unknown) else self._index.find_by_value(LOG_GROUP, default, function)
        named_after = self._named_after.get(function.address, [])
        if not isinstance(group, Resource) and len(named_after) == 1:
            return named_after[0]
        if isinstance(group, ExternalResource):
            return Unknown(f"the log group {default}") if self._index.has_name(LOG_GROUP, default) else self._unnamed
        return group


def _is_set_to(resource: Resource, block: str, attribute: str, value: str) -> MaybeUnknown[bool]:
    """Whether an attribute in a block has a value."""
    written = text(resource, block, 0, attribute)
    return written if isinstance(written, Unknown) else written == value


def _has_block(resource: Resource, name: str) -> MaybeUnknown[bool]:
    """Whether the resource has a block of this type."""
    blocks = count(resource, name)
    return blocks if isinstance(blocks, Unknown) else blocks > 0


def texts(resource: Resource, table: Any, *path: str | int) -> dict[str, MaybeUnknown[str]]:
    """Return the table of texts at a path. Each value can be unknown."""
    values: dict[str, MaybeUnknown[str]] = {}
    unknown = (name for name, mark in as_dict(walk(resource.unknown, path)).items() if mark is True)  # not in the table
    for name in dict.fromkeys((*as_dict(table), *unknown)):
        value = resource.value(*path, name)
        if isinstance(value, Unknown):
            written = raw(resource, *path, name)  # QL203 checks the text around an expression
            values[name] = replace(value, text=written) if isinstance(written, str) else value
        elif isinstance(value, str | int | float):
            values[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return values


def _code(resource: Resource) -> tuple[str, ...]:
    """Return the attributes that give the code. If several are unknown, most of them will be null after apply.

    An empty text counts only if there is nothing else: it is the default of a variable that the deployment sets.
    """
    attributes = {name: resource.value(name) for name in _CODE if resource.value(name) is not None}
    set_ones = [name for name, value in attributes.items() if value != ""]
    known = tuple(name for name in set_ones if not isinstance(attributes[name], Unknown))
    return known or tuple(set_ones or attributes)[:1]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # not a valid file name
        return False
