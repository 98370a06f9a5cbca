"""The published versions of a function, and the alias that sends invocations to one or two of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import error_code, is_not_found
from queuesmith.aws.worker import LATEST
from queuesmith.common.errors import NotFoundError

_IN_USE = "ResourceConflictException"


@dataclass(frozen=True)
class AliasState:
    """The versions that an alias sends invocations to."""

    version: int
    weights: dict[int, int]
    """The percentages of other versions. The alias's own version gets the rest. Empty: it gets all."""

    def percent(self, version: int) -> int:
        """Return the percentage of the invocations that a version gets."""
        return 100 - sum(self.weights.values()) if version == self.version else self.weights.get(version, 0)


def read_alias(functions: Any, function: str, alias: str) -> AliasState:
    """Read an alias. `functions` is a Lambda client. Raises NotFoundError if the function or the alias does not exist."""
    try:
        found = functions.get_alias(FunctionName=function, Name=alias)
    except ClientError as error:
        if not is_not_found(error):
            raise
        raise NotFoundError(f'The function "{function}" has no alias "{alias}", or does not exist. Is it deployed?') from error
    weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return AliasState(int(found["FunctionVersion"]), {int(version): round(100 * each) for version, each in weights.items()})


def published_versions(functions: Any, function: str) -> list[int]:
    """Return the numbers of a function's published versions, the oldest first."""
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    return sorted(int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != LATEST)


def delete_old_versions(functions: Any, function: str, keep: int, needed: Collection[int]) -> list[int]:
    """Delete old versions of a function, and return them. Keeps the newest `keep` versions and those in `needed`.

    Lambda refuses to delete a version that an alias uses: that version stays.
    """
    deleted = []
    for version in published_versions(functions, function)[:-keep]:
        if version in needed:
            continue
        try:
            functions.delete_function(FunctionName=function, Qualifier=str(version))
        except ClientError as error:
            if error_code(error) == _IN_USE or is_not_found(error):  # another release can have deleted it
                continue
            raise
        deleted.append(version)
    return deleted
