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
_EXCLUSIVE, _ATTACHMENT_TO_ROLES = "aws_iam_role_policy_attachments_exclusive", "aws_iam_policy_attachment"
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
        self._managed_policies: dict[str, Statements] = {}
        self._unresolved_role: Unknown | None = None
        for resource in self._document.of_type(_INLINE):
            found = policy(resource, "policy")
            self._add_grant(resource, "role", () if found is None else found)
        for resource in self._document.of_type(_ATTACHMENT):
            self._add_grant(resource, "role", self._policy_at(resource, "policy_arn"))
        for resource in self._document.of_type(_EXCLUSIVE):
            for statements in self._policies_at(resource, "policy_arns"):
                self._add_grant(resource, "role_name", statements)
        for resource in self._document.of_type(_ATTACHMENT_TO_ROLES):
            roles, unknown = index.find_all(ROLE, resource, "roles")
            statements = self._policy_at(resource, "policy_arn")
            for role in roles:
                if isinstance(role, Resource):
                    self._grants.setdefault(role.address, []).append(_Grant(resource, statements))
            self._unresolved_role = self._unresolved_role or unknown
        for role in self._document.of_type(ROLE):
            self._grants.setdefault(role.address, []).extend(self._policies_on_role(role))

    def role(self, role: Resource) -> Role:
        """Return the role with all its permissions in the file."""
        grants = self._grants[role.address]
        unknown = [grant.statements for grant in grants if isinstance(grant.statements, Unknown)]
        return Role(
            address=role.address,
            dialect=Dialect.TERRAFORM,
            name=text(role, "name"),
            arns=_arns(role),
            trust=_trust(role),
            boundary=self._boundary(role),
            statements=tuple(s for grant in grants if not isinstance(grant.statements, Unknown) for s in grant.statements),
            unreadable_policies=(*unknown, *([self._unresolved_role] if self._unresolved_role else [])),
        )

    def mapping_depends_on_policy(self, mapping: Resource, role: Resource, queue: tuple[str, ...]) -> MaybeUnknown[bool | None]:
        """Whether the mapping's creation waits for the policy that lets the role read the queue. None: no such policy.

        `queue` are the queue's ARNs.
        """
        certain: list[MaybeUnknown[bool]] = []
        possible: list[MaybeUnknown[bool]] = []
        for grant in self._grants[role.address]:
            allows = grant.statements if isinstance(grant.statements, Unknown) else _lets_receive(grant.statements, queue)
            if allows is not False:
                depends = self._document.depends_on(mapping, grant.resource)
                (possible if isinstance(allows, Unknown) else certain).append(depends)
        dependencies = [*certain, *possible]
        if not dependencies:
            return self._unresolved_role
        if True in certain or all(each is True for each in dependencies):
            return True
        if True in possible:  # an unknown policy that it waits for could be the one it needs
            return Unknown(f"the policy that lets {role.address} receive from the queue")
        return next((each for each in dependencies if isinstance(each, Unknown)), False)

    def _boundary(self, role: Resource) -> MaybeUnknown[tuple[Statement, ...] | None]:
        if text(role, "permissions_boundary") is None:
            return None
        return self._policy_at(role, "permissions_boundary")

    def _add_grant(self, resource: Resource, attribute: str, statements: Statements) -> None:
        role = self._index.find(ROLE, resource, attribute)
        if isinstance(role, Resource):
            self._grants.setdefault(role.address, []).append(_Grant(resource, statements))
        elif isinstance(role, Unknown):
            self._unresolved_role = self._unresolved_role or Unknown(f"the role of {resource.address}")

    def _policy_at(self, resource: Resource, name: str) -> Statements:
        return self._statements(self._index.find(POLICY, resource, name), resource, name)

    def _policies_at(self, resource: Resource, name: str) -> Iterator[Statements]:
        """Yield the policies that a list of ARNs names."""
        policies, unknown = self._index.find_all(POLICY, resource, name)
        for each in policies:
            yield self._statements(each, resource, name)
        if unknown is not None:
            yield unknown

    def _statements(self, found: LookupResult, resource: Resource, name: str) -> Statements:
        if isinstance(found, Resource):
            if found.address not in self._managed_policies:
                statements = policy(found, "policy")
                self._managed_policies[found.address] = () if statements is None else statements
            return self._managed_policies[found.address]
        return managed_statements(found.value) if isinstance(found, ExternalResource) else resource.unknown_at((name,))

    def _policies_on_role(self, role: Resource) -> Iterator[_Grant]:
        """Yield the policies on the role itself: inline policies and attached ARNs.

        A refreshed role also shows the policies that other resources attach. These are skipped here.
        """
        attached = [grant.resource for grant in self._grants.get(role.address, ())]
        names = {text(resource, "name") for resource in attached if resource.type == _INLINE}
        blocks = count(role, "inline_policy")
        for index in range(0 if isinstance(blocks, Unknown) else blocks):
            if not attached or role.is_set("inline_policy") or text(role, "inline_policy", index, "name") not in names:
                found = policy(role, "inline_policy", index, "policy")
                if found is not None:
                    yield _Grant(role, found)
        if isinstance(blocks, Unknown):
            yield _Grant(role, blocks)
        if role.is_set("managed_policy_arns") or not attached:
            for statements in self._policies_at(role, "managed_policy_arns"):
                yield _Grant(role, statements)


def _trust(role: Resource) -> Statements:
    """Return the statements of the trust policy, which every role has."""
    statements = policy(role, "assume_role_policy")
    return role.unknown_at(("assume_role_policy",)) if statements is None else statements


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
