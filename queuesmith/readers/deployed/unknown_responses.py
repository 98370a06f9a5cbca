"""Converts AWS's errors: denied access becomes `Unknown`, a missing resource becomes None, and others are raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import is_access_denied, is_not_found, missing_permission
from queuesmith.rules import MaybeUnknown, Unknown

T = TypeVar("T")
U = TypeVar("U")


def call_or_unknown(what: str, request: Callable[[], T]) -> MaybeUnknown[T | None]:
    """Call `request`. None if the resource does not exist, unknown if access is denied. `what` names the resource."""
    try:
        return request()
    except ClientError as error:
        if is_not_found(error):
            return None
        if is_access_denied(error):
            return Unknown(f"{what} (access denied: {missing_permission(error)})")
        raise


def if_known(value: MaybeUnknown[T], then: Callable[[T], MaybeUnknown[U]]) -> MaybeUnknown[U]:
    """Return `then(value)`, or `value` itself if it is unknown."""
    return value if isinstance(value, Unknown) else then(value)
