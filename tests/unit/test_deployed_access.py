"""A deployed role's permissions outside its own policies: its permissions boundary, and grants of the queue's key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from queuesmith.readers.deployed.kms_keys import key_of
from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.readers.deployed.roles import role_of
from queuesmith.rules import Dialect, KmsKey, Unknown, check_pipeline
from tests.unit.rules.pipelines import good

ROLE = "arn:aws:iam::111111111111:role/workers/orders"
KEY = "arn:aws:kms:eu-central-1:111111111111:key/a"
BOUNDARY = "arn:aws:iam::111111111111:policy/boundary"
CALLED = PartIdentity(address="orders", dialect=Dialect.DEPLOYED)
LIMITED = {"EncryptionContextSubset": {"a": "b"}}
CONSUME = {"Effect": "Allow", "Action": ["sqs:*", "kms:Decrypt"], "Resource": "*"}


def document(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


class _Pages:
    def __init__(self, page: dict[str, Any]) -> None:
        self._page = page

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [self._page]


class Iam:
    """A role with one inline policy and this boundary. `denied`: an operation that is refused."""

    def __init__(self, boundary: str | None = None, action: str = "*", denied: str = "") -> None:
        self._boundary, self._action, self._denied = boundary, action, denied

    def get_paginator(self, name: str) -> _Pages:
        return _Pages({"PolicyNames": ["own"]} if name == "list_role_policies" else {"AttachedPolicies": []})

    def get_role_policy(self, **_: str) -> dict[str, Any]:
        return {"PolicyDocument": {"Statement": [CONSUME]}}

    def get_role(self, RoleName: str) -> dict[str, Any]:  # noqa: N803 - as boto3 names it
        assert RoleName == "orders"
        if self._denied:
            raise ClientError(
                {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: iam:GetRole"}}, "GetRole"
            )
        boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": self._boundary}} if self._boundary else {}
        return {"Role": {"RoleName": "orders", **boundary}}

    def get_policy(self, PolicyArn: str) -> dict[str, Any]:  # noqa: N803 - as boto3 names it
        assert PolicyArn == BOUNDARY
        return {"Policy": {"DefaultVersionId": "v2"}}

    def get_policy_version(self, **_: str) -> dict[str, Any]:
        return {"PolicyVersion": {"Document": document(self._action)}}


class Kms:
    """A key with these grants, whose policy allows nothing."""

    def __init__(self, *grants: dict[str, Any]) -> None:
        self._grants = grants

    def describe_key(self, **_: str) -> dict[str, Any]:
        return {"KeyMetadata": {"Arn": KEY, "KeyManager": "CUSTOMER", "KeyState": "Enabled"}}

    def get_key_policy(self, **_: str) -> dict[str, Any]:
        return {"Policy": json.dumps({"Statement": []})}

    def get_paginator(self, name: str) -> _Pages:
        assert name == "list_grants"
        return _Pages({"Grants": list(self._grants)})


def result_of_rule(rule: str, **parts: Any) -> str:
    """The result of a rule for the good pipeline with these parts."""
    verdict = check_pipeline(good(**parts))
    if any(finding.rule == rule for finding in verdict.findings):
        return "error"
    return "unknown" if any(item.rule == rule for item in verdict.skipped) else "fine"


@pytest.mark.parametrize(
    ("iam", "expected"),
    [
        (Iam(), "fine"),
        (Iam(BOUNDARY, "sqs:*"), "fine"),
        (Iam(BOUNDARY, "logs:*"), "error"),
        (Iam("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"), "error"),
        (Iam(denied="iam:GetRole"), "unknown"),
    ],
)
def test_permissions_boundary_of_a_deployed_role_is_evaluated(iam: Iam, expected: str) -> None:
    assert result_of_rule("QL207", role=role_of(iam, ROLE, CALLED)) == expected


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ((), "error"),
        (({"Operations": ["Decrypt"], "GranteePrincipal": ROLE},), "fine"),
        (({"Operations": ["Encrypt"], "GranteePrincipal": ROLE},), "error"),
        (({"Operations": ["Decrypt"], "GranteePrincipal": f"{ROLE}-2"},), "error"),
        (({"Operations": ["Decrypt"], "GranteePrincipal": ROLE, "Constraints": LIMITED},), "unknown"),
    ],
)
def test_grants_of_a_deployed_key_are_evaluated(grants: tuple[dict[str, Any], ...], expected: str) -> None:
    key = key_of(Kms(*grants), "alias/orders", CALLED)
    assert isinstance(key, KmsKey)
    role = role_of(Iam(), ROLE, CALLED)
    assert not isinstance(role.boundary, Unknown)
    assert result_of_rule("QL209", queue={"kms_key": "alias/orders"}, kms_key=key, role=role) == expected
