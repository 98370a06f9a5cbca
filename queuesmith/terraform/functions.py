"""The functions of a Terraform file, with their log groups, as the rules see them."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from pathlib import Path
from typing import Any

from queuesmith.handler_code import problem_in_zip
from queuesmith.rules import Dialect, Function, Known, LogGroup, Unknown
from queuesmith.terraform.document import Resource
from queuesmith.terraform.joining import LOG_GROUP, Elsewhere, Join
from queuesmith.terraform.reading import number, text, with_default

CODE = ("filename", "s3_bucket", "image_uri")


def function(
    resource: Resource,
    folder: Path | None,
    *,
    concurrencies: tuple[Known[int | None], ...],
    source_arns: tuple[str, ...] | None,
) -> Function:
    """A function of the file. `folder` is where a local zip is looked for."""
    image = text(resource, "package_type") == "Image"
    log_format = text(resource, "logging_config", 0, "log_format")
    handler = text(resource, "handler")
    return Function(
        address=resource.address,
        dialect=Dialect.TERRAFORM,
        name=text(resource, "function_name"),
        timeout=with_default(number(resource, "timeout"), 3),
        memory=with_default(number(resource, "memory_size"), 128),
        ephemeral_storage=with_default(number(resource, "ephemeral_storage", 0, "size"), 512),
        runtime=None if image else text(resource, "runtime"),
        reserved_concurrency=number(resource, "reserved_concurrent_executions", unset=(-1,)),
        environment=environment(resource),
        code=tuple(name for name in CODE if resource.value(name) not in (None, "")),
        handler=handler,
        handler_problem=None if image else _handler_problem(resource, handler, folder),
        log_format="Text" if log_format is None else log_format,
        application_level=text(resource, "logging_config", 0, "application_log_level"),
        system_level=text(resource, "logging_config", 0, "system_log_level"),
        concurrencies=concurrencies,
        source_arns=source_arns,
    )


def elsewhere(found: Elsewhere) -> Function:
    """A function of which only the name is known."""
    outside = Unknown(f"{found.value}, which is outside the file")
    return Function(
        address=found.value,
        dialect=Dialect.TERRAFORM,
        name=outside,
        timeout=outside,
        memory=outside,
        ephemeral_storage=outside,
        runtime=outside,
        reserved_concurrency=outside,
        environment=outside,
        handler_problem=outside,
        log_format=outside,
    )


def environment(resource: Resource) -> Known[Dictionary[str, Known[str]]]:
    """The environment variables; each may be unknown by itself."""
    variables = resource.value("environment", 0, "variables")
    if isinstance(variables, Unknown):
        return variables
    return texts(resource, variables, "environment", 0, "variables")


def texts(resource: Resource, table: Any, *path: str | int) -> dict[str, Known[str]]:
    """A table of texts at a path, each read by itself."""
    if not isinstance(table, dict):
        return {}
    marks = resource.unknown
    for step in path:
        marks = (
            marks.get(step)
            if isinstance(marks, dict) and isinstance(step, str)
            else (marks[step] if isinstance(marks, list) and isinstance(step, int) and step < len(marks) else None)
        )
    names = [*table, *(name for name, mark in (marks.items() if isinstance(marks, dict) else ()) if mark is True)]
    found: dict[str, Known[str]] = {}
    for name in dict.fromkeys(names):
        value = resource.value(*path, name)
        if isinstance(value, Unknown) or (value is None and name not in table):
            found[name] = resource.unknown_at((*path, name))
        elif isinstance(value, str | int | float):
            found[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def _handler_problem(resource: Resource, handler: Known[str | None], folder: Path | None) -> Known[str | None]:
    """Judged for Python, where the zip is there."""
    filename, runtime = text(resource, "filename"), text(resource, "runtime")
    if filename is None:
        return None
    if isinstance(filename, Unknown) or isinstance(runtime, Unknown) or isinstance(handler, Unknown):
        return Unknown(f"the handler of {resource.address}")
    if runtime is None or not runtime.startswith("python") or handler is None:
        return None
    path = (folder or Path()) / filename
    if folder is None or not path.is_file():
        return Unknown(f"{resource.address}.filename, which is not beside the file")
    return problem_in_zip(path, handler, layers=resource.value("layers") not in (None, []))


def log_group(resource: Resource, join: Join) -> Known[LogGroup | None]:
    """The log group that the function writes to."""
    path = ("logging_config", 0, "log_group")
    found = join.find(LOG_GROUP, resource, *path) if resource.is_set(*path) else None  # a refreshed plan shows Lambda's own
    if found is None or isinstance(found, Elsewhere):
        name = text(resource, "function_name")
        named = found.value if isinstance(found, Elsewhere) else name if isinstance(name, Unknown) else f"/aws/lambda/{name}"
        if isinstance(named, Unknown):
            return named
        by_name = join.by_value(LOG_GROUP, str(named), near=resource)
        referring = [group for group in join.document.of_type(LOG_GROUP) if resource in group.targets("name").of(resource.type)]
        if isinstance(by_name, Elsewhere) and len(referring) == 1:
            by_name = referring[0]
        if isinstance(by_name, Elsewhere):
            unnamed = [group for group in join.document.of_type(LOG_GROUP) if isinstance(text(group, "name"), Unknown)]
            if isinstance(found, Elsewhere):
                return Unknown(f"the log group {named}, which is outside the file")
            return unnamed[0].unknown_at(("name",)) if unnamed else None
        found = by_name
    if isinstance(found, Unknown):
        return found
    return LogGroup(
        address=found.address,
        dialect=Dialect.TERRAFORM,
        retention=number(found, "retention_in_days", unset=(0,)),
        before_function=join.document.waits_for(resource, found),
    )
