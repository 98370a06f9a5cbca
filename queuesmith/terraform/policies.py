"""IAM policies of a Terraform file as statements: JSON texts, `aws_iam_policy_document`, and AWS's own by ARN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from queuesmith.rules import Known, Statement, Unknown
from queuesmith.rules.managed_policies import managed_policies
from queuesmith.terraform.document import Path, Resource
from queuesmith.terraform.modules import children, tables
from queuesmith.terraform.reading import amount, count, parsed_json, raw, text

Statements = tuple[Statement, ...]
DOCUMENT = "data.aws_iam_policy_document"
_MERGED = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
_REFERENCE = re.compile(
    r"\$\{(?!(?:data|var|local|module|each|count|path|self|terraform)\.)[a-z][a-z0-9]*_\w+\.[\w-]+(\[[^\]]*\])?\.\w+\}[^$]*"
)
"""A reference to a resource, which the rules can compare. What is looked up may be the same thing by another name."""
_POLICY_VARIABLE = re.compile(r"\$\{(?:aws|[a-z0-9-]+):[^{}]*\}")
"""IAM's own variables, such as `${aws:username}`: they stand for any text."""


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
    if len(documents) == 1 and targets.certain and len(targets.found) == 1:
        return _document(documents[0], resource.address)
    return resource.unknown_at(path)


def parsed(value: Any, where: str) -> Known[Statements] | None:
    """The statements of a policy as JSON; None where it is none."""
    content = parsed_json(value) if isinstance(value, str) else value
    if not isinstance(content, dict) or not isinstance(content.get("Statement"), list | dict):
        return None
    found = content["Statement"]
    statements: list[Statement] = []
    for item in [found] if isinstance(found, dict) else children(found):
        statement = _statement(item, where)
        if isinstance(statement, Unknown):
            return statement
        statements.append(statement)
    return tuple(statements)


def by_arn(arn: str) -> Known[Statements]:
    """The statements of an AWS-managed policy; unknown where the table does not have it."""
    _, _, name = arn.partition(":policy/")
    known = managed_policies().get(f"arn:aws:iam::aws:policy/{name}") if ":iam::aws:" in arn else None
    statements = None if known is None else [_statement(item, arn, managed_by_aws=True) for item in known]
    if statements is None:
        return Unknown(f"the policy {arn}")
    return tuple(statement for statement in statements if not isinstance(statement, Unknown))


def _statement(item: dict[str, Any], where: str, *, managed_by_aws: bool = False) -> Known[Statement]:
    """A statement in JSON; unknown where an expression stands for what it allows."""
    effect, actions, not_actions = (_texts(item.get(key)) for key in ("Effect", "Action", "NotAction"))
    if any("${" in text for text in (*effect, *actions, *not_actions)):
        return Unknown(f"what the policy of {where} allows")
    resources: Known[tuple[Known[str], ...]] = tuple(_resource(text, where) for text in _texts(item.get("Resource")))
    if "NotResource" in item:
        resources = Unknown(f"NotResource in {where}")
    return Statement(
        effect=effect[0] if effect else "Allow",
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        principals=tuple(_principals(item)),
        conditions=frozenset(_conditions(item.get("Condition"))),
        where=where,
        managed_by_aws=managed_by_aws,
    )


def _resource(text: str, where: str) -> Known[str]:
    pattern = _POLICY_VARIABLE.sub("*", text)
    return pattern if "${" not in pattern or _REFERENCE.fullmatch(pattern) else Unknown(f"a resource in {where}")


def _principals(item: dict[str, Any]) -> Iterator[Known[str]]:
    principal = item.get("Principal")
    if isinstance(principal, str):
        yield principal if "${" not in principal else Unknown("a principal")
    for kind, names in tables(principal).items():
        for name in _texts(names):
            yield "*" if name == "*" else f"{kind}:{name}" if _is_plain(name) else Unknown("a principal")
    if "NotPrincipal" in item:
        yield Unknown("NotPrincipal")


def _is_plain(text: str) -> bool:
    return "${" not in text or _REFERENCE.fullmatch(text) is not None


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
    for merged in _MERGED:
        if data.value(merged):
            return data.unknown_at((merged,))
    blocks = count(data, "statement")
    if isinstance(blocks, Unknown):
        return blocks
    found: list[Statement] = []
    for index in range(blocks):
        statement = _block(data, index, where)
        if isinstance(statement, Unknown):
            return statement
        found.append(statement)
    return tuple(found)


def _block(data: Resource, index: int, where: str) -> Known[Statement]:
    path: Path = ("statement", index)
    effect = text(data, *path, "effect")
    actions, not_actions = _values(data, *path, "actions"), _values(data, *path, "not_actions")
    resources: Known[tuple[Known[str], ...]] = _values(data, *path, "resources", of_references=True)
    if count(data, *path, "not_resources"):
        resources = data.unknown_at((*path, "not_resources"))
    if isinstance(effect, Unknown) or any(isinstance(action, Unknown) for action in (*actions, *not_actions)):
        return data.unknown_at(path)
    return Statement(
        effect="Allow" if effect is None else effect,
        actions=tuple(map(str, actions)),
        not_actions=tuple(map(str, not_actions)),
        resources=resources,
        principals=tuple(_block_principals(data, path)),
        conditions=frozenset(_block_conditions(data, path)),
        where=where,
    )


def _values(data: Resource, *path: str | int, of_references: bool = False) -> tuple[Known[str], ...]:
    """The texts of a list. `of_references`: where some are unknown, what the list refers to stands for them."""
    found: list[Known[str]] = []
    items = count(data, *path)
    unknown = 1 if isinstance(items, Unknown) else 0
    for index in range(amount(data, *path)):
        value = raw(data, *path, index)
        if isinstance(value, str) and _is_plain(value):
            found.append(value)
        else:
            unknown += 1
    if unknown:
        targets = data.targets(*path)
        if of_references:
            found += [target.text for target in targets.found]
        if not of_references or not targets.certain or len(targets.found) < unknown:
            found.append(data.unknown_at(path))
    return tuple(found)


def _block_principals(data: Resource, path: Path) -> Iterator[Known[str]]:
    blocks = count(data, *path, "principals")
    for item in range(amount(data, *path, "principals")):
        kind = text(data, *path, "principals", item, "type")
        for name in _values(data, *path, "principals", item, "identifiers", of_references=True):
            yield name if isinstance(name, Unknown) or name == "*" else kind if isinstance(kind, Unknown) else f"{kind}:{name}"
    if isinstance(blocks, Unknown):
        yield blocks
    if count(data, *path, "not_principals"):
        yield data.unknown_at((*path, "not_principals"))


def _block_conditions(data: Resource, path: Path) -> Iterator[tuple[str, str, str]]:
    blocks = count(data, *path, "condition")
    for item in range(1 if isinstance(blocks, Unknown) else blocks):
        here: Path = (*path, "condition", item)
        test, variable = text(data, *here, "test"), text(data, *here, "variable")
        for value in _values(data, *here, "values") or ("",):
            yield str(test).lower(), str(variable).lower(), str(value).lower()
