"""The rules' model of IAM policies: statements, and how their wildcards match."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from queuesmith.rules.iam.three_valued_logic import any_true, negation
from queuesmith.rules.unknown import MaybeUnknown, Unknown

REFERENCE = "${"
"""The start of a reference to another resource in a list of ARNs: `${aws_sqs_queue.orders.arn}`."""
OWN_ACCOUNT = "${the account}"
"""Placeholder for the account of the queue, the function and the key, if the account ID is not known before apply."""
UNKNOWN_NAME = ":*"
"""The end of an ARN whose resource ID is not known. Other unknown fields are `*` as well."""
ANY_PRINCIPAL = frozenset({"*", "AWS:*"})
"""Principals that match every caller, anonymous callers included."""
Condition: TypeAlias = tuple[str, str, MaybeUnknown[str]]
"""Operator and key in lower case, and one of the values: `("bool", "aws:securetransport", "false")`."""


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    effect: str = "Allow"
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: MaybeUnknown[tuple[MaybeUnknown[str], ...]] = ()
    """ARN patterns, or references to resources."""
    principals: MaybeUnknown[tuple[MaybeUnknown[str], ...]] = ()
    """`*`, `Service:sns.amazonaws.com`, `AWS:arn:…`."""
    conditions: frozenset[Condition] = field(default_factory=frozenset)
    """The operator "" stands for an unknown operator."""
    where: str = ""
    """The address of the policy that contains the statement."""
    managed_by_aws: bool = False
    not_resources: MaybeUnknown[tuple[MaybeUnknown[str], ...]] = ()
    not_principals: MaybeUnknown[tuple[MaybeUnknown[str], ...]] = ()

    @property
    def allows(self) -> bool:
        """Whether the effect is Allow rather than Deny."""
        return self.effect == "Allow"

    def has_action(self, action: str) -> bool:
        """Whether the statement covers an action, such as `sqs:ReceiveMessage`."""
        if self.not_actions:
            return not any(covers(pattern, action, fold=True) for pattern in self.not_actions)
        return any(covers(pattern, action, fold=True) for pattern in self.actions)

    def reaches(self, arns: Iterable[str]) -> MaybeUnknown[bool]:
        """Whether its resources cover one of these ARNs or references. Unknown if a resource or the ARN's name is unknown."""
        wanted = list(arns)
        if self.not_resources:
            return negation(_any_covers(self.not_resources, wanted))
        return _any_covers(self.resources, wanted)

    def applies_to_own_resource(self, arns: Iterable[str]) -> MaybeUnknown[bool]:
        """Like `reaches`, for a statement of the resource-based policy of the resource with these ARNs.

        A statement without Resource applies to the resource that has the policy.
        """
        if (not self.resources and not self.not_resources) or self.resources == ("*",):
            return True
        wanted = list(arns)
        return self.reaches(wanted) if wanted else Unknown("the ARN that a policy is compared with")


DEFAULT_KEY_POLICY = (
    Statement("Allow", ("kms:*",), resources=("*",), principals=(f"AWS:arn:aws:iam::{OWN_ACCOUNT}:root",), where="KMS"),
)
"""The policy that KMS gives a key without a policy. With it, the account's IAM policies decide."""

TRUSTS_LAMBDA = (Statement("Allow", ("sts:AssumeRole",), principals=("Service:lambda.amazonaws.com",), where="Lambda"),)
"""The trust policy of a role that only Lambda can assume."""


def _any_covers(resources: MaybeUnknown[tuple[MaybeUnknown[str], ...]], arns: list[str]) -> MaybeUnknown[bool]:
    if isinstance(resources, Unknown):
        return resources
    return any_true(_is_covered(resource, arns) for resource in resources)


def _is_covered(resource: MaybeUnknown[str], arns: list[str]) -> MaybeUnknown[bool]:
    if isinstance(resource, Unknown) or resource == "*":
        return resource if isinstance(resource, Unknown) else True
    unknown: Unknown | None = None
    for arn in arns:
        if covers(resource, arn) or _short_pattern_covers(resource, arn):
            if resource.endswith("*") or not arn.endswith(UNKNOWN_NAME):
                return True
            unknown = Unknown(f"the name that {resource} is compared with")
    return unknown or False


def account_of(arn: str) -> str | None:
    """Return the account in an ARN, or None if it is not known."""
    fields = arn.split(":")
    return fields[4] if len(fields) > 5 and fields[4].isdecimal() else None


def region_of(arns: Iterable[str]) -> str | None:
    """Return the region in one of these ARNs, or None if it is not known."""
    regions = (arn.split(":")[3] for arn in arns if arn.startswith("arn:") and arn.count(":") > 4)
    return next((region for region in regions if region.strip("*")), None)


@lru_cache(maxsize=65536)
def covers(pattern: str, text: str, *, fold: bool = False) -> bool:
    """Whether an IAM pattern (`*` and `?`) matches an action, or an ARN whose unknown fields are `*`.

    If only the name of a queue is known, its ARN is `arn:*:sqs:*:*:NAME`. ARNs are compared field by field.
    """
    if pattern in ("*", text):
        return True
    if fold:
        return matches(pattern.lower(), text.lower())
    if pattern.startswith("arn:") and text.startswith("arn:"):
        patterns, texts = pattern.split(":", 5), text.split(":", 5)
        return len(patterns) == len(texts) and all(b == "*" or matches(a, b) for a, b in zip(patterns, texts, strict=True))
    return matches(pattern, text)


def _short_pattern_covers(pattern: str, arn: str) -> bool:
    """Whether an ARN pattern with fewer than six fields, such as `arn:aws:sqs:*`, matches. Its last `*` also matches colons."""
    patterns, texts = pattern.split(":"), arn.split(":", 5)
    if not (
        pattern.startswith("arn:") and arn.startswith("arn:") and patterns[-1].endswith("*") and len(patterns) < len(texts)
    ):
        return False
    return all(b == "*" or matches(a, b) for a, b in zip(patterns, texts, strict=False))


def matches(pattern: str, text: str) -> bool:
    """Match wildcards in time proportional to the product of the lengths, for any pattern."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    pattern_index = text_index = 0
    star_index, retry_index = -1, 0
    while text_index < len(text):
        if pattern_index < len(pattern) and pattern[pattern_index] == "*":
            star_index, retry_index = pattern_index, text_index
            pattern_index += 1
        elif pattern_index < len(pattern) and pattern[pattern_index] in ("?", text[text_index]):
            pattern_index, text_index = pattern_index + 1, text_index + 1
        elif star_index >= 0:
            retry_index += 1
            pattern_index, text_index = star_index + 1, retry_index
        else:
            return False
    return not pattern[pattern_index:].strip("*")
