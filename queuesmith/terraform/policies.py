"""IAM policies of a Terraform file as statements: JSON texts, `aws_iam_policy_document`, and AWS's own by ARN."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from queuesmith.rules import Known, Statement, Unknown
from queuesmith.rules.managed_policies import managed_policies
from queuesmith.terraform.document import Resource
from queuesmith.terraform.modules import children, tables
from queuesmith.terraform.reading import count, raw, text

Statements = tuple[Statement, ...]
DOCUMENT = "aws_iam_policy_document"


def policy(resource: Resource, *path: str | int) -> Known[Statements | None]:
    """The policy that an attribute holds, as a JSON text or by way of a policy document; None where nothing is set."""
    value = raw(resource, *path)
    if value is None:
        return None
    if not isinstance(value, Unknown):
        statements = parsed(value, resource.address)
        if statements is not None:
            return statements
    targets = resource.targets(*path)
    documents = targets.of(DOCUMENT)
    if len(documents) == 1 and targets.complete and len(targets.found) == 1:
        return _document(documents[0], resource.address)
    return resource.unknown_at(path)


def parsed(value: Any, where: str, *, managed_by_aws: bool = False) -> Statements | None:
    """The statements of a policy as JSON; None where it is none."""
    try:
        content = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not isinstance(content.get("Statement"), list | dict):
        return None
    found = content["Statement"]
    items = [found] if isinstance(found, dict) else children(found)
    return tuple(_statement(item, where, managed_by_aws=managed_by_aws) for item in items)


def by_arn(arn: str) -> Known[Statements]:
    """The statements of an AWS-managed policy; unknown where the table does not have it."""
    _, _, name = arn.partition(":policy/")
    known = managed_policies().get(f"arn:aws:iam::aws:policy/{name}") if ":iam::aws:" in arn else None
    if known is None:
        return Unknown(f"the policy {arn}")
    return tuple(_statement(item, arn, managed_by_aws=True) for item in known)


def _statement(item: dict[str, Any], where: str, *, managed_by_aws: bool) -> Statement:
    resources: Known[tuple[Known[str], ...]] = tuple(
        Unknown(f"a resource in {where}") if "${" in resource and not _is_reference(resource) else resource
        for resource in _texts(item.get("Resource"))
    )
    if "NotResource" in item:
        resources = Unknown(f"NotResource in {where}")
    return Statement(
        effect=str(item.get("Effect", "Allow")),
        actions=_texts(item.get("Action")),
        not_actions=_texts(item.get("NotAction")),
        resources=resources,
        principals=tuple(_principals(item)),
        conditions=frozenset(_conditions(item.get("Condition"))),
        where=where,
        managed_by_aws=managed_by_aws,
    )


def _is_reference(resource: str) -> bool:
    """Whether a text begins with a reference that the rules can compare, and holds no other expression."""
    inside = resource[2 : resource.find("}")]
    return resource.startswith("${") and resource.count("${") == 1 and "(" not in inside and "." in inside


def _principals(item: dict[str, Any]) -> Iterator[Known[str]]:
    principal = item.get("Principal")
    if isinstance(principal, str):
        yield principal
    for kind, names in tables(principal).items():
        for name in _texts(names):
            yield "*" if name == "*" else f"{kind}:{name}"
    if "NotPrincipal" in item:
        yield Unknown("NotPrincipal")


def _conditions(condition: Any) -> Iterator[tuple[str, str, str]]:
    for operator, keys in tables(condition).items():
        for key, values in tables(keys).items():
            for value in _texts(values):
                yield operator.lower(), key.lower(), value.lower()


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items if item is not None)


def _document(data: Resource, where: str) -> Known[Statements]:
    """An `aws_iam_policy_document`: its JSON where it is read, else its blocks, whose resources may be unknown."""
    known = raw(data, "json")
    if isinstance(known, str) and (statements := parsed(known, where)) is not None:
        return statements
    for merged in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        value = data.value(merged)
        if value:
            return data.unknown_at((merged,))
    amount = count(data, "statement")
    if isinstance(amount, Unknown):
        return amount
    return tuple(_block(data, index, where) for index in range(amount))


def _block(data: Resource, index: int, where: str) -> Statement:
    effect = text(data, "statement", index, "effect")
    resources: Known[tuple[Known[str], ...]] = _values(data, "statement", index, "resources")
    if count(data, "statement", index, "not_resources"):
        resources = data.unknown_at(("statement", index, "not_resources"))
    actions = _values(data, "statement", index, "actions")
    return Statement(
        effect=effect if isinstance(effect, str) else "Allow",
        actions=tuple(action for action in actions if isinstance(action, str)),
        not_actions=tuple(a for a in _values(data, "statement", index, "not_actions") if isinstance(a, str)),
        resources=resources,
        principals=tuple(_block_principals(data, index)),
        conditions=frozenset(_block_conditions(data, index)),
        where=where,
    )


def _values(data: Resource, *path: str | int) -> tuple[Known[str], ...]:
    """The texts of a list. Where some are unknown, what the list refers to stands for them."""
    amount = count(data, *path)
    found: list[Known[str]] = []
    unknown = isinstance(amount, Unknown)
    for index in range(0 if isinstance(amount, Unknown) else amount):
        value = raw(data, *path, index)
        if isinstance(value, str) and ("${" not in value or _is_reference(value)):
            found.append(value)
        else:
            unknown = True
    if unknown:
        targets = data.targets(*path)
        found += [target.text for target in targets.found]
        if not targets.complete or not targets.found:
            found.append(data.unknown_at(path))
    return tuple(found)


def _block_principals(data: Resource, index: int) -> Iterator[Known[str]]:
    amount = count(data, "statement", index, "principals")
    for item in range(0 if isinstance(amount, Unknown) else amount):
        kind = text(data, "statement", index, "principals", item, "type")
        for name in _values(data, "statement", index, "principals", item, "identifiers"):
            yield name if isinstance(name, Unknown) or name == "*" else f"{kind}:{name}"
    if isinstance(amount, Unknown):
        yield amount


def _block_conditions(data: Resource, index: int) -> Iterator[tuple[str, str, str]]:
    amount = count(data, "statement", index, "condition")
    for item in range(1 if isinstance(amount, Unknown) else amount):
        path = ("statement", index, "condition", item)
        test, variable = text(data, *path, "test"), text(data, *path, "variable")
        for value in _values(data, *path, "values") or ("",):
            yield str(test).lower(), str(variable).lower(), str(value).lower()
