"""The region and account of a resource, if a file contains them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from queuesmith.common.queue_names import partition_of

_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}")
_ACCOUNT = re.compile(r"\d{12}")
_URL = re.compile(r"https://(?:sqs\.)?([a-z0-9-]+)\.(?:queue\.)?amazonaws\.com(?:\.cn)?/(\d{12})/")
_PARTIAL_ARN = re.compile(r"(\d{12}):function:")


@dataclass(frozen=True)
class Location:
    """A region and an account. None: not known, or a global resource without a region."""

    region: str | None = None
    account: str | None = None
    partition: str | None = None
    provider: str | None = None
    """The provider configuration. Resources with the same one are in one account and usually in one region."""

    @classmethod
    def read(cls, region: Any, account: Any, provider: str | None = None) -> Location:
        """Return a place from the values in a file, which can have any type."""
        known = region if isinstance(region, str) and _REGION.fullmatch(region) else None
        return cls(
            known,
            account if isinstance(account, str) and _ACCOUNT.fullmatch(account) else None,
            partition_of(known) if known else None,
            provider,
        )

    def differs_from(self, other: Location) -> bool:
        """Whether region, account or partition is known for both and differs."""
        pairs = ((self.region, other.region), (self.account, other.account), (self.partition, other.partition))
        return any(mine and theirs and mine != theirs for mine, theirs in pairs)

    def or_else(self, other: Location) -> Location:
        """Return this place, with unknown fields taken from another."""
        return Location(
            self.region or other.region,
            self.account or other.account,
            self.partition or other.partition,
            self.provider or other.provider,
        )


def location_in(value: str) -> Location:
    """Return the place in an ARN, in a queue's URL, or in a partial ARN of a function."""
    if value.startswith("arn:"):
        fields = value.split(":", 5)
        if len(fields) < 6:
            return Location()
        found = Location.read(fields[3], fields[4])
        return Location(found.region, found.account, fields[1] or None)
    if url := _URL.match(value):
        return Location.read(url[1], url[2])
    partial = _PARTIAL_ARN.match(value)
    return Location.read(None, partial[1]) if partial else Location()


def account_in_provider(arguments: Mapping[str, Any]) -> str | None:
    """Return the account in a provider's arguments: the only allowed one, or that of the role it assumes."""
    allowed, roles = arguments.get("allowed_account_ids"), arguments.get("assume_role")
    if isinstance(allowed, list) and len(allowed) == 1:
        return str(allowed[0])
    role = roles[0] if isinstance(roles, list) and len(roles) == 1 else roles
    return location_in(str(role.get("role_arn"))).account if isinstance(role, dict) else None
