"""IAM policies of a Terraform file as statements: JSON texts, and `aws_iam_policy_document`."""

from __future__ import annotations

from collections.abc import Iterator

from queuesmith.policy_documents import Statements, is_plain, principal, statements_in
from queuesmith.rules import Known, Statement, Unknown
from queuesmith.terraform.document import Path, Resource
from queuesmith.terraform.values import amount, count, raw, text

_DOCUMENT = "data.aws_iam_policy_document"
_MERGED = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")


def policy(resource: Resource, *path: str | int) -> Known[Statements | None]:
    """The policy that an attribute holds, as a JSON text or by way of a policy document; None where nothing is set."""
    value = raw(resource, *path)
    if value is None:
        return None
    if not isinstance(value, Unknown):
        statements = statements_in(value, resource.address)
        if statements is not None:
            return statements
    targets = resource.targets(*path)
    documents = targets.of(_DOCUMENT)
    if len(documents) == 1 and targets.certain and len(targets.found) == 1:
        return _document(documents[0], resource.address)
    return resource.unknown_at(path)


def _document(data: Resource, where: str) -> Known[Statements]:
    """An `aws_iam_policy_document`: its JSON where it is read, else its blocks, whose resources may be unknown."""
    known = raw(data, "json")
    if isinstance(known, str) and (statements := statements_in(known, where)) is not None:
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
        if isinstance(value, str) and is_plain(value):
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
            if isinstance(name, Unknown):
                yield name
            elif isinstance(kind, Unknown) and name != "*":
                yield kind
            else:
                yield principal(str(kind), name)
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
