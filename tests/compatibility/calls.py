"""The calls of AWS in the source of the commands and of the toolkit, found by reading it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from botocore import xform_name
from botocore.session import get_session

from tests.conftest import ROOT

PACKAGES = ("queuesmith/aws", "queuesmith/checks", "queuesmith/cli", "queuesmith/console", "queuesmith/operations",
            "queuesmith/readers/deployed", "queuesmith_worker")  # fmt: skip
CLIENTS = {
    "sqs": "sqs", "functions": "lambda", "cloudwatch": "cloudwatch", "logs": "logs", "iam": "iam", "kms": "kms",
    "codedeploy": "codedeploy", "s3": "s3", "connected": "s3",
}  # fmt: skip
"""The services of clients, by the name of the variable, the attribute or the method that returns it."""
BY_NAME = {"call": "sqs", "_request": "sqs"}
"""Methods whose first argument is the name of an operation, and its service."""
FROM_POWERTOOLS = {"get_secret": "secretsmanager GetSecretValue", "get_parameter": "ssm GetParameter"}
"""The functions of Powertools that read a value, and the call that each makes."""


def calls_in_source() -> dict[str, set[str]]:
    """The calls, as in `sqs SendMessage`, each with the modules that make it.

    boto3's methods have no positional arguments. Raises ValueError if something that is not in CLIENTS is called like one.
    """
    found: dict[str, set[str]] = {}
    for file in (file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))):
        for call in calls_in_file(file):
            found.setdefault(call, set()).add(str(file.relative_to(ROOT)))
    return found


def calls_in_file(file: Path) -> Iterator[str]:
    """The calls in one module. Raises ValueError as `calls_in_source` does."""
    if "testing" in file.parts:  # clients that send nothing, for users' tests
        return
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, receiver = node.func.attr, node.func.value
        argument = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if name == "get_paginator":
            yield _call(_service(receiver), str(argument), file, node)
        elif name in BY_NAME and isinstance(argument, str):
            yield _call(BY_NAME[name], argument, file, node)
        elif name in FROM_POWERTOOLS and isinstance(receiver, ast.Name) and receiver.id == "parameters":
            yield FROM_POWERTOOLS[name]
        elif _service(receiver) is not None and name in operations(str(_service(receiver))):
            yield _call(_service(receiver), name, file, node)
        elif _service(receiver) is None and not node.args and any(map(partial(_has, name), CLIENTS.values())):
            raise ValueError(f"{file.name}:{node.lineno}: {ast.unparse(node.func)}: add its client to CLIENTS")


def _has(name: str, service: str) -> bool:
    return name in operations(service)


def _call(service: str | None, method: str, file: Path, node: ast.Call) -> str:
    if service is None or method not in operations(service):
        raise ValueError(f"{file.name}:{node.lineno}: {ast.unparse(node.func)}: add its client to CLIENTS")
    return f"{service} {operations(service)[method]}"


def _service(receiver: ast.expr) -> str | None:
    """The service of a client: from `client("kms")`, or from its name."""
    if isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Attribute):
        if receiver.func.attr == "client" and receiver.args and isinstance(receiver.args[0], ast.Constant):
            return str(receiver.args[0].value)
        return CLIENTS.get(receiver.func.attr)
    name = receiver.attr if isinstance(receiver, ast.Attribute) else receiver.id if isinstance(receiver, ast.Name) else ""
    return CLIENTS.get(name.removeprefix("_"))


@cache
def operations(service: str) -> dict[str, str]:
    """The operations of a service, by the names of boto3's methods."""
    return {xform_name(name): name for name in get_session().get_service_model(service).operation_names}
