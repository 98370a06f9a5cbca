"""What may not be read is unknown, and what is not there is None; everything else that AWS refuses is raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

from queuesmith.aws.refusals import denied, is_denied, is_missing
from queuesmith.rules import MaybeUnknown, Unknown

T = TypeVar("T")
U = TypeVar("U")


def call_or_unknown(what: str, ask: Callable[[], T]) -> MaybeUnknown[T | None]:
    """The answer; None where what is asked for is not there, unknown where the caller may not ask. `what` names it."""
    try:
        return ask()
    except ClientError as error:
        if is_missing(error):
            return None
        if is_denied(error):
            return Unknown(f"{what}: access denied: {denied(error)}")
        raise


def if_known(found: MaybeUnknown[T], then: Callable[[T], MaybeUnknown[U]]) -> MaybeUnknown[U]:
    """What follows from an answer; of one that is unknown nothing does, for the same reason."""
    return found if isinstance(found, Unknown) else then(found)
