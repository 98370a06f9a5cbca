"""Reads the permissions of a deployed role: its inline policies and its attached policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.readers.deployed.unknown_responses import call_or_unknown
from queuesmith.rules import MaybeUnknown, Role, Statement, Unknown
from queuesmith.rules.iam.documents import managed_statements, statements_in

Statements = MaybeUnknown[tuple[Statement, ...]]


def role_name(arn: str) -> str:
    """Return the name in an ARN: `orders` for `arn:aws:iam::111111111111:role/workers/orders`."""
    return arn.rsplit("/", 1)[-1]


def role_of(iam: Any, arn: str, identity: PartIdentity) -> Role:
    """Return a role with the statements of all its policies. `unread` lists those that the caller is not allowed to read.

    A role that does not exist has no statements. Raises boto3's errors, except for denied access.
    """
    name = role_name(arn)
    policies = list(_policies(iam, name))
    role = call_or_unknown(f"the role {name}", lambda: dict(iam.get_role(RoleName=name)["Role"]))
    return Role(
        **identity,
        name=name,
        arns=(arn,),
        trust=_trust(role, name),
        boundary=_boundary(iam, role),
        statements=tuple(each for statements in policies if not isinstance(statements, Unknown) for each in statements),
        unreadable_policies=tuple(statements for statements in policies if isinstance(statements, Unknown)),
    )


def _policies(iam: Any, name: str) -> Iterator[Statements]:
    """Yield the statements of each policy of a role, or the reason why they are not known."""
    inline = _listed(iam.get_paginator("list_role_policies"), "inline policies", "PolicyNames", name)
    if isinstance(inline, Unknown):
        yield inline
    else:
        yield from (_read(f"the policy {each}", partial(_inline_document, iam, name, each)) for each in inline)
    attached = _listed(iam.get_paginator("list_attached_role_policies"), "attached policies", "AttachedPolicies", name)
    if isinstance(attached, Unknown):
        yield attached
    else:
        yield from (_managed(iam, each["PolicyArn"]) for each in attached)


def _listed(paginator: Any, what: str, key: str, name: str) -> MaybeUnknown[list[Any]]:
    items = call_or_unknown(
        f"the role's {what}", lambda: [each for page in paginator.paginate(RoleName=name) for each in page[key]]
    )
    return [] if items is None else items


def _inline_document(iam: Any, name: str, policy: str) -> Any:
    return iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]


def _managed(iam: Any, arn: str) -> Statements:
    known = managed_statements(arn)
    if not isinstance(known, Unknown):
        return known
    statements = _read(f"the policy {arn}", partial(_managed_document, iam, arn))
    of_aws = ":iam::aws:" in arn
    if isinstance(statements, Unknown):
        return statements
    return tuple(replace(statement, managed_by_aws=of_aws) for statement in statements)


def _trust(role: MaybeUnknown[dict[str, Any] | None], name: str) -> MaybeUnknown[tuple[Statement, ...]]:
    """Return the statements of the role's trust policy."""
    if role is None or isinstance(role, Unknown):
        return Unknown(f"the trust policy of {name}") if role is None else role
    statements = statements_in(role.get("AssumeRolePolicyDocument"), f"the trust policy of {name}")
    return Unknown(f"the trust policy of {name}") if statements is None else statements


def _boundary(iam: Any, role: MaybeUnknown[dict[str, Any] | None]) -> MaybeUnknown[tuple[Statement, ...] | None]:
    """Return the statements of the role's permissions boundary, or None if it has none."""
    if role is None or isinstance(role, Unknown):
        return role
    arn = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return None if arn is None else _managed(iam, arn)


def _managed_document(iam: Any, arn: str) -> Any:
    """Return the policy's default version, which is in force."""
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _read(what: str, document: Callable[[], Any]) -> Statements:
    """Return the statements of a document that boto3 has decoded. A policy that was just deleted has none."""
    content = call_or_unknown(what, document)
    if content is None or isinstance(content, Unknown):
        return () if content is None else content
    statements = statements_in(content, what)
    return Unknown(what) if statements is None else statements
