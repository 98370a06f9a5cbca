"""The role's permissions outside its own policies: the queue's policy, the key's policy and grants, its boundary."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plans import references
from tests.unit.terraform_reading.checking import ACCOUNT, CONSUME, allow, policy, rules_found, skipped_rules
from tests.unit.terraform_reading.worker import QUEUE, ROLE, Worker

KEY, BOUNDARY, GRANT = "aws_kms_key.work", "aws_iam_policy.boundary", "aws_kms_grant.work"
HERE = "arn:aws:iam::111111111111"
DENY = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
NOT_LISTED = {"Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}


def consuming(*statements: dict[str, Any]) -> Worker:
    """A role that can consume, with more statements."""
    text = policy(allow(CONSUME, f"{ACCOUNT}:work"), *statements)
    return Worker().add("aws_iam_role_policy.work", {"policy": text}, {"role": references(f"{ROLE}.id")}, ("role",))


def verdict(worker: Worker, rule: str = "QL207") -> str:
    """The result of the rule."""
    content = worker.plan()
    return "error" if rule in rules_found(content) else "unknown" if rule in skipped_rules(content) else "fine"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(CONSUME, "*", Principal={"AWS": f"{HERE}:role/work"}), "fine"),
        (allow(CONSUME, "*", Principal={"AWS": f"{HERE}:role/other"}), "error"),
        (allow(CONSUME, "*", Principal={"AWS": f"{HERE}:root"}), "error"),
        (allow(CONSUME, "*", Principal={"AWS": f"{HERE}:role/work"}, **NOT_LISTED), "unknown"),
    ],
)
def test_queue_policy_can_allow_the_role(statement: dict[str, Any], expected: str) -> None:
    assert verdict(Worker().write(QUEUE, "policy", {}, known=policy(statement))) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [(DENY, "error"), ({**DENY, **NOT_LISTED}, "unknown"), ({**DENY, "Principal": {"AWS": f"{HERE}:role/other"}}, "fine")],
)
def test_queue_policy_can_deny_the_role(statement: dict[str, Any], expected: str) -> None:
    assert verdict(consuming().write(QUEUE, "policy", {}, known=policy(statement))) == expected


@pytest.mark.parametrize(("excepted", "expected"), [("other", "error"), ("work", "fine")])
def test_deny_with_not_resource_denies_all_others(excepted: str, expected: str) -> None:
    deny = {"Effect": "Deny", "Action": "sqs:*", "NotResource": f"{ACCOUNT}:{excepted}"}
    assert verdict(consuming(deny)) == expected


@pytest.mark.parametrize(("action", "expected"), [("sqs:*", "fine"), ("logs:*", "error")], ids=["allows", "leaves out"])
def test_a_permissions_boundary_limits_the_role(action: str, expected: str) -> None:
    worker = consuming().write(ROLE, "permissions_boundary", references(f"{BOUNDARY}.arn"))
    worker.add(BOUNDARY, {"name": "boundary", "policy": policy(allow([action], "*"))}, {"name": "boundary"}, ("arn",))
    assert verdict(worker) == expected


@pytest.mark.parametrize(
    ("arn", "expected"), [(f"{HERE}:policy/elsewhere", "unknown"), ("arn:aws:iam::aws:policy/AdministratorAccess", "fine")]
)
def test_boundary_outside_the_file_is_known_if_aws_manages_it(arn: str, expected: str) -> None:
    assert verdict(consuming().write(ROLE, "permissions_boundary", {"constant_value": arn}, known=arn)) == expected


def encrypted(*statements: dict[str, Any], role: Worker | None = None) -> Worker:
    """A queue with a key in the file. Without statements, the key has KMS's default policy."""
    values = {"policy": policy(*statements)} if statements else {}
    worker = role or consuming()
    worker.write(QUEUE, "kms_master_key_id", references(f"{KEY}.arn"))
    return worker.add(KEY, values, {"policy": {}} if statements else {}, ("arn", "key_id"))


CAN_DECRYPT = allow(["kms:Decrypt"], "*")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((), "fine"),
        ((allow(["kms:*"], "*", Principal={"AWS": f"{HERE}:root"}),), "fine"),
        ((allow(["kms:*"], "*", Principal={"AWS": f"{HERE}:role/admin"}),), "error"),
        ((allow(["kms:*"], "*", Principal={"AWS": f"{HERE}:root"}), {**DENY, "Action": "kms:*"}), "error"),
    ],
)
def test_key_policy_must_delegate_to_the_account(statements: tuple[dict[str, Any], ...], expected: str) -> None:
    assert verdict(encrypted(*statements, role=consuming(CAN_DECRYPT)), "QL209") == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "fine"),
        ({"operations": ["Encrypt"]}, "error"),
        ({"constraints": [{"encryption_context_equals": {"a": "b"}}]}, "unknown"),
    ],
)
def test_kms_grant_allows_the_role_to_decrypt(changes: dict[str, Any], expected: str) -> None:
    worker = encrypted()
    assert verdict(worker, "QL209") == "error"
    given = {"key_id": references(f"{KEY}.key_id"), "grantee_principal": references(f"{ROLE}.arn"), "operations": {}}
    worker.add(GRANT, {"operations": ["Decrypt"], **changes}, given, ("key_id", "grantee_principal"))
    assert verdict(worker, "QL209") == expected


def test_kms_grant_for_another_role_or_an_unknown_key() -> None:
    to_other = {"operations": ["Decrypt"], "grantee_principal": f"{HERE}:role/other"}
    worker = encrypted().add(GRANT, to_other, {"key_id": references(f"{KEY}.key_id")}, ("key_id",))
    assert verdict(worker, "QL209") == "error"
    worker.write(GRANT, "key_id", references("local.key"))
    assert verdict(worker, "QL209") == "unknown"
