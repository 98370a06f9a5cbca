"""Reads the customer managed key of a deployed queue."""

from __future__ import annotations

from typing import Any

from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.readers.deployed.unknown_responses import call_or_unknown
from queuesmith.rules import KmsKey, MaybeUnknown, Statement, Unknown
from queuesmith.rules.iam.documents import statements_in

_MISSING = "missing"


def key_of(kms: Any, kms_key: str, identity: PartIdentity) -> MaybeUnknown[KmsKey | None]:
    """Return the key that a queue names by id, ARN or alias, or None if AWS manages the key.

    The key's policy is read if the caller is allowed to. Raises boto3's errors, except for denied access.
    """
    metadata = call_or_unknown("the key", lambda: dict(kms.describe_key(KeyId=kms_key)["KeyMetadata"]))
    if isinstance(metadata, Unknown):
        return metadata
    if metadata is None:
        return KmsKey(**identity, state=_MISSING)
    if metadata.get("KeyManager") == "AWS":
        return None
    arn = metadata["Arn"]
    policy = call_or_unknown("the key's policy", lambda: str(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]))
    statements = statements_in(policy, f"the policy of {identity['address']}") if isinstance(policy, str) else None
    return KmsKey(
        **identity,
        arns=(arn,),
        state=metadata["KeyState"],
        policy_is_readable=statements is not None,
        policy=() if statements is None else statements,
        grants=_grants(kms, arn),
    )


def _grants(kms: Any, arn: str) -> MaybeUnknown[tuple[Statement, ...]]:
    """Return the grants of a key as policy statements."""
    pages = kms.get_paginator("list_grants")
    grants = call_or_unknown(
        "the key's grants", lambda: [each for page in pages.paginate(KeyId=arn) for each in page["Grants"]]
    )
    return grants if isinstance(grants, Unknown) else tuple(map(_grant, grants or ()))


def _grant(grant: dict[str, Any]) -> Statement:
    constraints = {("", "", Unknown("the constraints of a grant of the key"))} if grant.get("Constraints") else ()
    return Statement(
        actions=tuple(f"kms:{each}" for each in grant.get("Operations", ())),
        principals=(f"AWS:{grant.get('GranteePrincipal', '')}",),
        conditions=frozenset(constraints),
    )
