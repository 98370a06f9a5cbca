"""The customer managed KMS key of an environment, which its resources use unless their own settings name another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import EnvironmentKey

CREATE = "create"
KEY_RESOURCE = "encryption"
"""The name of the key's and the key policy's Terraform resources. It is part of their addresses, so it must not change."""
CREATED_KEY = f"${{aws_kms_key.{KEY_RESOURCE}.arn}}"
"""The ARN of the key that the stack creates, as a Terraform expression."""
_IN_WORKER = (("queue", "kms_key"), ("function", "environment_kms_key"), ("logs", "kms_key"))
"""The settings of a worker that name a key for what its stack creates."""


class EncryptionSettings(Settings):
    """The customer managed KMS key of the environment.

    Queues, DLQs, tables, log groups, environment variables and the alarm topic use it, unless their settings name another key.
    """

    key: EnvironmentKey
    """`"create"`: the stack creates the key, with rotation and a policy for its users. An ARN: the stack uses this existing
    key, which must be in this Region. The key's owner must add the statements in the output
    `encryption_key_policy_statements` to the key's policy. A key costs 1 USD per month (3 USD after two rotations), and 0.03
    USD per 10,000 requests."""

    @property
    def key_arn(self) -> str:
        """Return the key's ARN: a Terraform expression if the stack creates it."""
        return CREATED_KEY if self.key == CREATE else self.key


def with_environment_key(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an environment's data with its key wherever a worker or table has none.

    Data of a wrong shape is not changed, so that each problem is reported once, where the user made it.
    """
    try:
        key = EncryptionSettings.model_validate(data.get("encryption")).key_arn
    except ValidationError:
        return dict(data)
    return {
        **data,
        "workers": _each(data.get("workers"), lambda worker: _worker_with_key(worker, key)),
        "tables": _each(data.get("tables", {}), lambda table: _with_key(table, "kms_key", key)),
    }


def _each(tables: object, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> object:
    if not isinstance(tables, Mapping):
        return tables
    return {name: change(table) if isinstance(table, Mapping) else table for name, table in tables.items()}


def _worker_with_key(worker: Mapping[str, Any], key: str) -> dict[str, Any]:
    result = dict(worker)
    for part, field in _IN_WORKER:
        values = worker.get(part, {})
        is_existing = part == "queue" and worker.get("existing_queue") is not None  # its owner encrypts it
        if isinstance(values, Mapping) and not is_existing:
            result[part] = _with_key(values, field, key)
    return result


def _with_key(values: Mapping[str, Any], field: str, key: str) -> dict[str, Any]:
    return dict(values) if values.get(field) is not None else {**values, field: key}
