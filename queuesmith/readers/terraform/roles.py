"""Reads the permissions of a role from every resource of a Terraform file that can grant them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.policies import policy
from queuesmith.readers.terraform.resource_index import POLICY, ROLE, ExternalResource, LookupResult, ResourceIndex
from queuesmith.readers.terraform.values import count, text
from queuesmith.rules import Dialect, MaybeUnknown, Role, Statement, Unknown
from queuesmith.rules.iam.documents import managed_statements

_INLINE, _ATTACHMENT = "aws_iam_role_policy", "aws_iam_role_policy_attachment"
_EXCLUSIVE, _TO_MANY = "aws_iam_role_policy_attachments_exclusive", "aws_iam_policy_attachment"
_RECEIVE = "sqs:ReceiveMessage"
Statements = MaybeUnknown[tuple[Statement, ...]]


@dataclass(frozen=True)
class _Grant:
    """A policy of a role, and the resource that attaches it."""

    resource: Resource
    statements: Statements


class RoleReader:
    """Finds all policies of the file's roles."""

    def __init__(self, index: ResourceIndex) -> None:
        self._index, self._document = index, index.document
        self._grants: dict[str, list[_Grant]] = {}
        self._attached: dict[str, Statements] = {}
        self._astray: Unknown | None = None
        for resource in self._document.of_type(_INLINE):
            found = policy(resource, "policy")
            self._give(resource, "role", () if found is None else found)
        for resource in self._document.of_type(_ATTACHMENT):
            self._give(resource, "role", self._one(resource, "policy_arn"))
        for resource in self._document.of_type(_EXCLUSIVE):
            for statements in self._all(resource, "policy_arns"):
                self._give(resource, "role_name", statements)
        for resource in self._document.of_type(_TO_MANY):
            roles, unknown = index.find_all(ROLE, resource, "roles")
            statements = self._one(resource, "policy_arn")
            for role in roles:
                if isinstance(role, Resource):
                    self._grants.setdefault(role.address, []).append(_Grant(resource, statements))
            self._astray = self._astray or unknown
        for role in self._document.of_type(ROLE):
            self._grants.setdefault(role.address, []).extend(self._own(role))

    def role(self, role: Resource) -> Role:
        """Return the role with all its permissions in the file."""
        grants = self._grants[role.address]
        unread = [grant.statements for grant in grants if isinstance(grant.statements, Unknown)]
        return Role(
            address=role.address,
            dialect=Dialect.TERRAFORM,
            name=text(role, "name"),
            arns=_arns(role),
            boundary=self._boundary(role),
            statements=tuple(s for grant in grants if not isinstance(grant.statements, Unknown) for s in grant.statements),
            unreadable_policies=(*unread, *([self._astray] if self._astray else [])),
        )

    def is_waited_for(self, mapping: Resource, role: Resource, queue: tuple[str, ...]) -> MaybeUnknown[bool | None]:
        """Whether the mapping's creation waits for the policy that lets the role read the queue. None: no such policy.

        `queue` are the queue's ARNs.
        """
        sure: list[MaybeUnknown[bool]] = []
        maybe: list[MaybeUnknown[bool]] = []
        for grant in self._grants[role.address]:
            lets = grant.statements if isinstance(grant.statements, Unknown) else _lets_receive(grant.statements, queue)
            if lets is not False:
                (maybe if isinstance(lets, Unknown) else sure).append(self._document.depends_on(mapping, grant.resource))
        waits = [*sure, *maybe]
        if not waits:
            return self._astray
        if True in sure or all(each is True for each in waits):
            return True
        if True in maybe:  # an unknown policy that it waits for could be the one it needs
            return Unknown(f"which policy lets {role.address} read the queue")
        return next((each for each in waits if isinstance(each, Unknown)), False)

    def _boundary(self, role: Resource) -> MaybeUnknown[tuple[Statement, ...] | None]:
        if text(role, "permissions_boundary") is None:
            return None
        return self._one(role, "permissions_boundary")

    def _give(self, resource: Resource, attribute: str, statements: Statements) -> None:
        role = self._index.find(ROLE, resource, attribute)
        if isinstance(role, Resource):
            self._grants.setdefault(role.address, []).append(_Grant(resource, statements))
        elif isinstance(role, Unknown):
            self._astray = self._astray or Unknown(f"the role of {resource.address}")

    def _one(self, resource: Resource, name: str) -> Statements:
        return self._statements(self._index.find(POLICY, resource, name), resource, name)

    def _all(self, resource: Resource, name: str) -> Iterator[Statements]:
        """Yield the policies that a list of ARNs names."""
        found, unknown = self._index.find_all(POLICY, resource, name)
        for one in found:
            yield self._statements(one, resource, name)
        if unknown is not None:
            yield unknown

    def _statements(self, found: LookupResult, resource: Resource, name: str) -> Statements:
        if isinstance(found, Resource):
            if found.address not in self._attached:
                statements = policy(found, "policy")
                self._attached[found.address] = () if statements is None else statements
            return self._attached[found.address]
        return managed_statements(found.value) if isinstance(found, ExternalResource) else resource.unknown_at((name,))

    def _own(self, role: Resource) -> Iterator[_Grant]:
        """Yield the policies on the role itself: inline policies and attached ARNs.

        A refreshed role also shows the policies that other resources attach. These are skipped here.
        """
        given = [grant.resource for grant in self._grants.get(role.address, ())]
        names = {text(resource, "name") for resource in given if resource.type == _INLINE}
        blocks = count(role, "inline_policy")
        for index in range(0 if isinstance(blocks, Unknown) else blocks):
            if not given or role.is_set("inline_policy") or text(role, "inline_policy", index, "name") not in names:
                found = policy(role, "inline_policy", index, "policy")
                if found is not None:
                    yield _Grant(role, found)
        if isinstance(blocks, Unknown):
            yield _Grant(role, blocks)
        if role.is_set("managed_policy_arns") or not given:
            for statements in self._all(role, "managed_policy_arns"):
                yield _Grant(role, statements)


def _arns(role: Resource) -> tuple[str, ...]:
    arn = text(role, "arn")
    return (f"${{{role.address}.arn}}", *((arn,) if isinstance(arn, str) else ()))


def _lets_receive(statements: tuple[Statement, ...], queue: tuple[str, ...]) -> MaybeUnknown[bool]:
    """Whether a statement allows the role to receive messages from the queue."""
    unknown: Unknown | None = None
    for statement in statements:
        if statement.allows and statement.has_action(_RECEIVE):
            reached = statement.reaches(queue)
            if reached is True:
                return True
            unknown = reached if isinstance(reached, Unknown) else unknown
    return unknown or False
