"""What a role of a Terraform file may do, from every place where that can be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from queuesmith.rules import Dialect, Known, Role, Statement, Unknown
from queuesmith.terraform.document import Document, Resource
from queuesmith.terraform.joining import ROLE, Elsewhere, Join
from queuesmith.terraform.policies import by_arn, policy
from queuesmith.terraform.reading import count, text

INLINE, ATTACHMENT, POLICY = "aws_iam_role_policy", "aws_iam_role_policy_attachment", "aws_iam_policy"
EXCLUSIVE, TO_MANY = "aws_iam_role_policy_attachments_exclusive", "aws_iam_policy_attachment"
RECEIVE = "sqs:ReceiveMessage"


@dataclass(frozen=True)
class Grant:
    """A policy that a role has, and the resource that gives it to the role."""

    resource: Resource
    statements: Known[tuple[Statement, ...]]


class Roles:
    """Finds every grant of the file once."""

    def __init__(self, join: Join) -> None:
        self._join = join
        self._grants: dict[str, list[Grant]] = {}
        self._astray: list[Unknown] = []
        document = join.document
        for resource in document.of_type(INLINE):
            found = policy(resource, "policy")
            self._give(resource, "role", "role_name", statements=() if found is None else found)
        for resource in document.of_type(ATTACHMENT):
            self._give(resource, "role", statements=self._attached(resource, "policy_arn"))
        for resource in document.of_type(EXCLUSIVE):
            for index in range(_amount(resource, "policy_arns")):
                self._give(resource, "role_name", statements=self._attached(resource, "policy_arns", index))
        for resource in document.of_type(TO_MANY):
            for role in join.all_of(ROLE, resource, "roles"):
                self._grants.setdefault(role.address, []).append(Grant(resource, self._attached(resource, "policy_arn")))
        for role in document.of_type(ROLE):
            self._grants.setdefault(role.address, []).extend(self._own(role))

    def role(self, role: Resource) -> Role:
        """The role with all that it may do, as far as the file says."""
        grants = self._grants.get(role.address, [])
        return Role(
            address=role.address,
            dialect=Dialect.TERRAFORM,
            name=text(role, "name"),
            statements=tuple(s for grant in grants if not isinstance(grant.statements, Unknown) for s in grant.statements),
            unread=(*(grant.statements for grant in grants if isinstance(grant.statements, Unknown)), *self._astray),
        )

    def is_waited_for(self, mapping: Resource, role: Resource, document: Document) -> Known[bool | None]:
        """Whether the mapping waits for what lets the role read the queue; None where nothing in the file does."""
        grants = self._grants.get(role.address, [])
        likely = [grant for grant in grants if isinstance(grant.statements, Unknown) or _lets_receive(grant.statements)]
        waits = [document.waits_for(mapping, grant.resource) for grant in likely]
        if not likely:
            return None
        if True in waits and (False not in waits or all(not isinstance(grant.statements, Unknown) for grant in likely)):
            return True
        return next((item for item in waits if isinstance(item, Unknown)), False) if True not in waits else _which(role)

    def _give(self, resource: Resource, *attributes: str, statements: Known[tuple[Statement, ...]]) -> None:
        for attribute in attributes:
            role = self._join.find(ROLE, resource, attribute)
            if isinstance(role, Resource):
                self._grants.setdefault(role.address, []).append(Grant(resource, statements))
                return
            if isinstance(role, Unknown):
                self._astray.append(Unknown(f"the role of {resource.address}"))
                return

    def _attached(self, resource: Resource, *path: str | int) -> Known[tuple[Statement, ...]]:
        found = self._join.find(POLICY, resource, *path)
        if isinstance(found, Resource):
            statements = policy(found, "policy")
            return () if statements is None else statements
        if isinstance(found, Elsewhere):
            return by_arn(found.value)
        return resource.unknown_at(path)

    def _own(self, role: Resource) -> Iterator[Grant]:
        """What the role itself holds: inline policies and attached ARNs."""
        given = bool(self._grants.get(role.address))  # a refreshed role shows what other resources gave it, too
        for index in range(_amount(role, "inline_policy") if role.is_set("inline_policy") or not given else 0):
            found = policy(role, "inline_policy", index, "policy")
            if found is not None:
                yield Grant(role, found)
        for index in range(_amount(role, "managed_policy_arns") if role.is_set("managed_policy_arns") or not given else 0):
            yield Grant(role, self._attached(role, "managed_policy_arns", index))


def _which(role: Resource) -> Unknown:
    """Several policies, some of which cannot be read: which of them grants it is not known."""
    return Unknown(f"which policy lets {role.address} read the queue")


def _lets_receive(statements: tuple[Statement, ...]) -> bool:
    return any(statement.allows and statement.has_action(RECEIVE) for statement in statements)


def _amount(resource: Resource, name: str) -> int:
    amount = count(resource, name)
    return 0 if isinstance(amount, Unknown) else amount
