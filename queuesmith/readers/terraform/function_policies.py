"""Reads who can invoke the functions of a Terraform file: their permissions and their function URLs, as policy statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.resource_index import ResourceIndex
from queuesmith.readers.terraform.values import text
from queuesmith.rules import MaybeUnknown, Statement, Unknown
from queuesmith.rules.iam.documents import condition_value, principal
from queuesmith.rules.iam.policy import Condition

_PERMISSION, _URL = "aws_lambda_permission", "aws_lambda_function_url"
_CONDITIONS = {
    "source_arn": ("arnlike", "aws:sourcearn"),
    "source_account": ("stringequals", "aws:sourceaccount"),
    "principal_org_id": ("stringequals", "aws:principalorgid"),
    "event_source_token": ("stringequals", "lambda:eventsourcetoken"),
}
"""The arguments of a permission that become conditions: operator and key."""
_SERVICE = re.compile(r"[\w.-]+\.amazonaws\.com(\.cn)?|[\w.-]+\.amazon\.com")


class FunctionPolicyReader:
    """Reads the statements of the resource-based policy of each function."""

    def __init__(self, index: ResourceIndex) -> None:
        self._statements: dict[str, list[Statement]] = {}
        self._unresolved: Unknown | None = None
        for resource in index.document.of_type(_PERMISSION, _URL):
            function = index.find_function(resource)
            if isinstance(function, Resource):
                self._statements.setdefault(function.address, []).extend(_statements(resource))
            elif isinstance(function, Unknown):
                self._unresolved = self._unresolved or Unknown(f"the function of {resource.address}")

    def policy_of(self, function: Resource) -> MaybeUnknown[tuple[Statement, ...]]:
        """Return the statements. Unknown if a permission in the file could be for this function."""
        return self._unresolved or tuple(self._statements.get(function.address, ()))


def _statements(resource: Resource) -> Iterator[Statement]:
    if resource.type == _PERMISSION:
        action, who = text(resource, "action"), text(resource, "principal")
        yield Statement(
            actions=(action,) if isinstance(action, str) else ("lambda:*",),
            principals=(who if isinstance(who, Unknown) else _principal(who or ""),),
            conditions=frozenset(_conditions(resource, uncertain=isinstance(action, Unknown))),
            where=resource.address,
        )
    elif text(resource, "authorization_type") != "AWS_IAM":  # if it is NONE, the provider also adds the permission
        known = text(resource, "authorization_type") == "NONE"
        unknown: Condition = ("", "", resource.unknown_at(("authorization_type",)))
        yield Statement(
            actions=("lambda:InvokeFunctionUrl",),
            principals=("*",),
            conditions=frozenset(() if known else (unknown,)),
            where=resource.address,
        )


def _principal(name: str) -> str:
    return principal("Service" if _SERVICE.fullmatch(name) else "AWS", name)


def _conditions(resource: Resource, *, uncertain: bool) -> Iterator[Condition]:
    if uncertain:
        yield "", "", resource.unknown_at(("action",))
    for name, (operator, key) in _CONDITIONS.items():
        value = text(resource, name)
        if isinstance(value, Unknown):
            targets = resource.targets(name)
            only = targets.items[0].text if targets.is_certain and len(targets.items) == 1 else None
            yield operator, key, value if only is None else condition_value(only, resource.address)
        elif value is not None:
            yield operator, key, condition_value(value, resource.address)
