"""AWS's policy evaluation for one request whose properties are all known.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and the elements' pages.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Document = list[dict[str, Any]]
"""The statements of a policy, as in JSON."""


@dataclass(frozen=True)
class Request:
    """A request of a principal."""

    action: str
    resource: str
    principal: str = ""
    """The ARN of a role or user, the name of a service, or "" for an anonymous caller."""
    context: dict[str, list[str]] = field(default_factory=dict)
    """The condition keys of the request, in lower case."""

    @property
    def account(self) -> str:
        """The account of a role or user."""
        return self.principal.split(":")[4] if self.principal.startswith("arn:") else ""


def is_denied(policy: Document, request: Request) -> bool:
    """Whether a policy denies a request explicitly."""
    return any(each["Effect"] == "Deny" and applies(each, request) for each in policy)


def is_allowed(policy: Document, request: Request) -> bool:
    """Whether a policy, taken by itself, allows a request."""
    allowed = any(each["Effect"] == "Allow" and applies(each, request) for each in policy)
    return allowed and not is_denied(policy, request)


def applies(statement: dict[str, Any], request: Request) -> bool:
    """Whether a statement applies to a request. A statement of a role's own policy has no principal."""
    return (
        _is_principal(statement, request)
        and _is_listed(statement, "Action", request.action.lower(), str.lower)
        and _is_listed(statement, "Resource", request.resource, str)
        and all(
            _holds(operator, key, _listed(values), request.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _listed(value: Any) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def _is_listed(statement: dict[str, Any], element: str, value: str, form: Callable[[str], str]) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(form(each), value) for each in _listed(statement[f"Not{element}"]))
    if element not in statement:
        return True
    return any(_like(form(each), value) for each in _listed(statement[element]))


def _like(pattern: str, value: str) -> bool:
    return re.fullmatch(fnmatch.translate(pattern.replace("[", "[[]")), value) is not None


def _is_principal(statement: dict[str, Any], request: Request) -> bool:
    if "NotPrincipal" in statement:
        return not _is_among(statement["NotPrincipal"], request)
    return "Principal" not in statement or _is_among(statement["Principal"], request)


def _is_among(principals: Any, request: Request) -> bool:
    if principals == "*":
        return True
    return any(_is_named(kind, name, request) for kind, names in principals.items() for name in _listed(names))


def _is_named(kind: str, name: str, request: Request) -> bool:
    if kind == "Service":
        return name == request.principal
    if kind != "AWS":
        return False
    whole = bool(request.account) and name in (request.account, f"arn:aws:iam::{request.account}:root")
    return name in ("*", request.principal) or whole


def _holds(operator: str, key: str, wanted: list[str], context: dict[str, list[str]]) -> bool:
    quantifier, _, name = operator.lower().rpartition(":")
    there = context.get(key.lower())
    if name == "null":
        return any((there is None) == (each.lower() == "true") for each in wanted)
    bare = name.removesuffix("ifexists")
    negated = "not" in bare
    if there is None:
        if name.endswith("ifexists") or quantifier == "forallvalues":
            return True
        return negated and quantifier != "foranyvalue"
    compare = _COMPARE[bare.replace("not", "")]
    fits = [any(compare(each, value) for each in wanted) != negated for value in there]
    return all(fits) if quantifier == "forallvalues" else any(fits)


def _arn(wanted: str, value: str) -> bool:
    mine, theirs = wanted.split(":", 5), value.split(":", 5)
    return len(mine) == len(theirs) and all(map(_like, mine, theirs))


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda wanted, value: wanted == value,
    "stringequalsignorecase": lambda wanted, value: wanted.lower() == value.lower(),
    "stringlike": _like,
    "arnequals": _arn,
    "arnlike": _arn,
    "bool": lambda wanted, value: wanted.lower() == value.lower(),
    "ipaddress": lambda wanted, value: ipaddress.ip_address(value) in ipaddress.ip_network(wanted),
    "dategreaterthan": lambda wanted, value: _time(value) > _time(wanted),
    "datelessthan": lambda wanted, value: _time(value) < _time(wanted),
    "numericlessthan": lambda wanted, value: float(value) < float(wanted),
    "numericgreaterthanequals": lambda wanted, value: float(value) >= float(wanted),
}


def mentioned(*policies: Iterable[dict[str, Any]]) -> set[str]:
    """The condition keys in policies, in lower case."""
    statements = [statement for policy in policies for statement in policy]
    return {key.lower() for each in statements for keys in each.get("Condition", {}).values() for key in keys}
