"""The addresses of the model's parts, and the conversion of values from the settings that can be tokens."""

from __future__ import annotations

from typing import TypeVar

from queuesmith.rules import MaybeUnknown, Statement, Unknown
from queuesmith.settings.derived import permissions
from queuesmith.settings.field_types import is_token

T = TypeVar("T")

QUEUE, DLQ = "queue", "dead_letter_queue"


def unknown_if_token(value: T, key: str) -> MaybeUnknown[T]:
    """Return the value, or unknown if it contains a token. The unknown has the text, which QL203 searches for secrets."""
    return Unknown(key, text=value if isinstance(value, str) else "") if is_token(value) else value


def rules_statement(statement: permissions.PolicyStatement) -> Statement:
    """Convert a statement of the constructs into the rules' model. A resource that is known only after apply is unknown."""
    principals = {"": statement.principal} if isinstance(statement.principal, str) else statement.principal or {}
    return Statement(
        effect=statement.effect,
        actions=tuple(statement.actions),
        resources=tuple(unknown_if_token(resource, "the ARN of a granted resource") for resource in statement.resources),
        principals=tuple(name if name == "*" else f"{kind}:{name}" for kind, name in principals.items()),
        conditions=frozenset(
            (operator.lower(), key.lower(), str(value))
            for operator, keys in statement.condition.items()
            for key, value in keys.items()
        ),
    )
