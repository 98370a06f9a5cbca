"""Condition keys that identify who calls or for whom, and the values that name somebody: an account, a resource, a network.

AWS calls these fixed values: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
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
"""A variable of IAM's, which has no account in it: `${aws:PrincipalAccount}`."""
_OURS = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"})
"""Variables that stand for the queue's own account and organization."""
UNIVERSAL = frozenset({"*", "arn:*", "o-*", "vpc-*", "vpce-*"})
"""Patterns of everything that such a key can hold."""
_WIDEST = {4: 8, 6: 32}
"""Bits of a network's prefix: a wider network counts as all addresses, as S3 has it."""
_BUCKET, _ACCOUNT = 2, 4
"""Fields of an ARN."""


def _before_wildcard(value: str) -> str:
    return _WILDCARD.split(value, maxsplit=1)[0]


def _whole(value: str) -> bool:
    return _before_wildcard(value) == value


def _arn(value: str) -> bool:
    """An account without wildcards, or a bucket, whose name is one account's."""
    if _whole(value) or "}" in _before_wildcard(value):
        return True
    fields = value.split(":", 5)
    if len(fields) < 6:
        return False
    return (bool(fields[_ACCOUNT]) and _whole(fields[_ACCOUNT])) or (fields[_BUCKET] == "s3" and _whole(fields[5]))


def _paths(value: str) -> bool:
    """An organization without wildcards: `o-a1b2c3/*`."""
    return "/" in _before_wildcard(value) or _whole(value)


def _user_id(value: str) -> bool:
    """An id without wildcards; the session after it may have them."""
    return ":" in _before_wildcard(value) or _whole(value)


def _network(value: str) -> MaybeUnknown[bool]:
    address, _, bits = value.partition("/")
    if not _whole(value):
        return False
    if REFERENCE in value or not (bits or "0").isdecimal():
        return Unknown("the network of a condition")
    return not bits or int(bits) >= _WIDEST[6 if ":" in address else 4]


def _without_variables(is_fixed: _Test) -> _Test:
    def test(value: str) -> MaybeUnknown[bool]:
        names = [name.lower() for name in _VARIABLE.findall(value)]
        if any(name not in _OURS for name in names):
            return Unknown(f"the variable in {value}")
        return is_fixed(value)

    return test


_TESTS: dict[_Test, tuple[str, ...]] = {
    _arn: ("aws:sourcearn", "aws:principalarn", "aws:sourcevpcarn"),
    _whole: (
        "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:principalaccount", "aws:principalorgid",
        "aws:sourcevpc", "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid",
    ),
    _paths: ("aws:sourceorgpaths", "aws:principalorgpaths", "aws:vpceorgpaths"),
    _user_id: ("aws:userid",),
    _network: ("aws:sourceip",),
}  # fmt: skip
IS_FIXED: dict[str, _Test] = {key: _without_variables(test) for test, keys in _TESTS.items() for key in keys}
"""Whether a value of a key names somebody, by the key in small letters."""
