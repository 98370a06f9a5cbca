"""IAM policies as the rules read them: statements, and what their wildcards cover."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from queuesmith.rules.known import Known, Unknown

REFERENCE = "${"
"""How a reference to another resource is written among ARNs: `${aws_sqs_queue.orders.arn}`."""


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    effect: str = "Allow"
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: Known[tuple[Known[str], ...]] = ()
    """ARN patterns, or references to resources."""
    principals: Known[tuple[Known[str], ...]] = ()
    """`*`, `Service:sns.amazonaws.com`, `AWS:arn:…`."""
    conditions: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)
    """Operator, key and value, in small letters: `("bool", "aws:securetransport", "false")`."""
    where: str = ""
    """The address of the policy that it stands in."""
    managed_by_aws: bool = False

    @property
    def allows(self) -> bool:
        """Whether it grants, rather than refuses."""
        return self.effect == "Allow"

    def has_action(self, action: str) -> bool:
        """Whether an action, such as `sqs:ReceiveMessage`, is meant by it."""
        if self.not_actions:
            return not any(covers(pattern, action, fold=True) for pattern in self.not_actions)
        return any(covers(pattern, action, fold=True) for pattern in self.actions)

    def reaches(self, arns: Iterable[str]) -> Known[bool]:
        """Whether one of these ARNs (or references) is among its resources; unknown where a resource is."""
        if isinstance(self.resources, Unknown):
            return self.resources
        wanted = list(arns)
        unknown: Unknown | None = None
        for resource in self.resources:
            if isinstance(resource, Unknown):
                unknown = resource
            elif any(covers(resource, arn) for arn in wanted):
                return True
        return unknown or False


def covers(pattern: str, text: str, *, fold: bool = False) -> bool:
    """Whether an IAM pattern (`*` and `?`) covers a text: an action, or an ARN whose unknown fields are `?*`.

    An ARN of which only the name is known is written `arn:*:sqs:*:*:NAME`; it is compared field by field.
    """
    if pattern in ("*", text):
        return True
    if not fold and pattern.startswith("arn:") and text.startswith("arn:"):
        mine, theirs = pattern.split(":", 5), text.split(":", 5)
        if len(mine) != len(theirs):
            return False  # a wildcard that stands for several fields is rare, and this errs towards asking
        return all(b == "*" or _expression(a, fold=False).fullmatch(b) for a, b in zip(mine, theirs, strict=True))
    return bool(_expression(pattern, fold=fold).fullmatch(text))


@lru_cache(maxsize=4096)
def _expression(pattern: str, *, fold: bool) -> re.Pattern[str]:
    text = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.compile(text, re.IGNORECASE | re.DOTALL if fold else re.DOTALL)
