"""What the parts of the model are called, and when a value of the settings is unknown."""

from __future__ import annotations

from typing import TypeVar

from queuesmith.rules import MaybeUnknown, Statement, Unknown
from queuesmith.settings.derived import permissions
from queuesmith.settings.field_types import is_token

T = TypeVar("T")

QUEUE, DLQ = "queue", "dead_letter_queue"


def unless_token(value: T, key: str) -> MaybeUnknown[T]:
    """The value, unless it is a token; what stands in a text beside its `${…}` is there for the rule about secrets."""
    return Unknown(key, text=value if isinstance(value, str) else "") if is_token(value) else value


def rules_statement(statement: permissions.PolicyStatement) -> Statement:
    """A statement that the constructs write, as the rules read it. A resource that only Terraform will know is unknown."""
    principals = {"": statement.principal} if isinstance(statement.principal, str) else statement.principal or {}
    return Statement(
        effect=statement.effect,
        actions=tuple(statement.actions),
        resources=tuple(unless_token(resource, "a resource that it was granted") for resource in statement.resources),
        principals=tuple(name if name == "*" else f"{kind}:{name}" for kind, name in principals.items()),
        conditions=frozenset(
            (operator.lower(), key.lower(), str(value))
            for operator, keys in statement.condition.items()
            for key, value in keys.items()
        ),
    )
