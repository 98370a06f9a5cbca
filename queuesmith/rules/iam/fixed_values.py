"""Condition keys that identify the caller or its source, and the values that name one account, resource or network.

AWS calls them fixed values: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from queuesmith.rules.iam.policy import REFERENCE
from queuesmith.rules.unknown import MaybeUnknown, Unknown

_Test: TypeAlias = Callable[[str], MaybeUnknown[bool]]
_WILDCARD = re.compile(r"[*?]")
_VARIABLE = re.compile(r"\$\{([a-z0-9-]+:[^{}]*)\}", re.IGNORECASE)
"""An IAM policy variable, such as `${aws:PrincipalAccount}`. It does not name an account."""
_OWN_VARIABLES = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"})
"""Variables that stand for the queue's own account and organization."""
UNIVERSAL = frozenset({"*", "arn:*", "o-*", "vpc-*", "vpce-*"})
"""Patterns that match every value of such a key."""
_WIDEST = {4: 8, 6: 32}
"""Prefix length in bits, by IP version. A wider network counts as all addresses, as in S3's definition of public."""
_BUCKET, _ACCOUNT = 2, 4
"""Indexes of fields of an ARN."""


def _before_wildcard(value: str) -> str:
    return _WILDCARD.split(value, maxsplit=1)[0]


def _is_literal(value: str) -> bool:
    return _before_wildcard(value) == value


def _is_fixed_arn(value: str) -> bool:
    """Whether an ARN has an account without wildcards, or names a bucket: bucket names are globally unique."""
    if _is_literal(value) or "}" in _before_wildcard(value):
        return True
    fields = value.split(":", 5)
    if len(fields) < 6:
        return False
    return (bool(fields[_ACCOUNT]) and _is_literal(fields[_ACCOUNT])) or (fields[_BUCKET] == "s3" and _is_literal(fields[5]))


def _is_fixed_path(value: str) -> bool:
    """Whether a path has an organization without wildcards: `o-a1b2c3/*`."""
    return "/" in _before_wildcard(value) or _is_literal(value)


def _is_fixed_user_id(value: str) -> bool:
    """Whether the id has no wildcards. The session name after it can have them."""
    return ":" in _before_wildcard(value) or _is_literal(value)


def _is_fixed_network(value: str) -> MaybeUnknown[bool]:
    address, _, bits = value.partition("/")
    if not _is_literal(value):
        return False
    if REFERENCE in value or not (bits or "0").isdecimal():
        return Unknown("the network of a condition")
    return not bits or int(bits) >= _WIDEST[6 if ":" in address else 4]


def _without_variables(is_fixed: _Test) -> _Test:
    def test(value: str) -> MaybeUnknown[bool]:
        names = [name.lower() for name in _VARIABLE.findall(value)]
        if any(name not in _OWN_VARIABLES for name in names):
            return Unknown(f"the variable in {value}")
        return is_fixed(value)

    return test


_TESTS: dict[_Test, tuple[str, ...]] = {
    _is_fixed_arn: ("aws:sourcearn", "aws:principalarn", "aws:sourcevpcarn"),
    _is_literal: (
        "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:principalaccount", "aws:principalorgid",
        "aws:sourcevpc", "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid", "kms:calleraccount",
    ),
    _is_fixed_path: ("aws:sourceorgpaths", "aws:principalorgpaths", "aws:vpceorgpaths"),
    _is_fixed_user_id: ("aws:userid",),
    _is_fixed_network: ("aws:sourceip",),
}  # fmt: skip
IS_FIXED: dict[str, _Test] = {key: _without_variables(test) for test, keys in _TESTS.items() for key in keys}
"""For each key in lower case, a test of whether a value identifies one account, resource or network."""
