"""Reads IAM policies of a Terraform file into statements: JSON texts, and `aws_iam_policy_document`."""

from __future__ import annotations

from collections.abc import Iterator

from queuesmith.readers.terraform.document import Path, Resource
from queuesmith.readers.terraform.values import count, known_count, raw, text
from queuesmith.rules import MaybeUnknown, Statement, Unknown
from queuesmith.rules.iam.documents import (
    Statements,
    condition_value,
    is_comparable,
    principal,
    statements_in,
    with_placeholders,
    without_variables,
)
from queuesmith.rules.iam.policy import OWN_ACCOUNT, Condition

_DOCUMENT = "data.aws_iam_policy_document"
_ARN_PARTS = "data.aws_arn"
_MERGED = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")


def policy(resource: Resource, *path: str | int) -> MaybeUnknown[Statements | None]:
    """Return the policy in an attribute, given as JSON or by a policy document. None if nothing is set."""
    value = raw(resource, *path)
    if value is None:
        return None
    if not isinstance(value, Unknown):
        statements = statements_in(_with_own_account(resource, path, value), resource.address)
        if statements is not None:
            return statements
    targets = resource.targets(*path)
    documents = targets.of(_DOCUMENT)
    if len(documents) == 1 and targets.is_certain and len(targets.items) == 1:
        return _document(documents[0], resource.address)
    return resource.unknown_at(path)


def _with_own_account(resource: Resource, path: Path, value: object) -> object:
    """Replace the account and partition that `aws_arn` reads from the ARN of a resource that the file creates."""
    if not isinstance(value, str) or f"${{{_ARN_PARTS}." not in value:
        return value
    for source in resource.targets(*path).of(_ARN_PARTS):
        arn = source.targets("arn")
        if arn.is_certain and arn.items and not any(item.resource.type.startswith("data.") for item in arn.items):
            value = value.replace(f"${{{source.address}.account}}", OWN_ACCOUNT).replace(
                f"${{{source.address}.partition}}", "aws"
            )
    return value


def _document(data: Resource, where: str) -> MaybeUnknown[Statements]:
    """Return the statements of an `aws_iam_policy_document`: from its JSON if known, else from its blocks."""
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


def _block(data: Resource, index: int, where: str) -> MaybeUnknown[Statement]:
    path: Path = ("statement", index)
    effect = text(data, *path, "effect")
    actions, not_actions = values(data, *path, "actions"), values(data, *path, "not_actions")
    if isinstance(effect, Unknown) or any(isinstance(action, Unknown) for action in (*actions, *not_actions)):
        return data.unknown_at(path)
    return Statement(
        effect="Allow" if effect is None else effect,
        actions=tuple(map(str, actions)),
        not_actions=tuple(map(str, not_actions)),
        resources=_patterns(data, *path, "resources"),
        not_resources=_patterns(data, *path, "not_resources"),
        principals=tuple(_block_principals(data, (*path, "principals"))),
        not_principals=tuple(_block_principals(data, (*path, "not_principals"))),
        conditions=frozenset(_block_conditions(data, (*path, "condition"))),
        where=where,
    )


def _patterns(data: Resource, *path: str | int) -> tuple[MaybeUnknown[str], ...]:
    texts = values(data, *path, of_references=True)
    return tuple(each if isinstance(each, Unknown) else without_variables(each) for each in texts)


def values(data: Resource, *path: str | int, of_references: bool = False) -> tuple[MaybeUnknown[str], ...]:
    """Return the texts of a list. `of_references`: unknown texts are replaced by the targets of the list's references."""
    texts: list[MaybeUnknown[str]] = []
    items = count(data, *path)
    unknown = 1 if isinstance(items, Unknown) else 0
    for index in range(known_count(data, *path)):
        value = raw(data, *path, index)
        plain = with_placeholders(value.replace("&{", "${")) if isinstance(value, str) else None  # a document writes ${ as &{
        if plain is not None and is_comparable(without_variables(plain)):
            texts.append(plain)
        else:
            unknown += 1
    if unknown:
        targets = data.targets(*path)
        if of_references:
            texts += [target.text for target in targets.items]
        if not of_references or not targets.is_certain or len(targets.items) < unknown:
            texts.append(data.unknown_at(path))
    return tuple(texts)


def _block_principals(data: Resource, path: Path) -> Iterator[MaybeUnknown[str]]:
    blocks = count(data, *path)
    for item in range(known_count(data, *path)):
        kind = text(data, *path, item, "type")
        for name in values(data, *path, item, "identifiers", of_references=True):
            if isinstance(name, Unknown):
                yield name
            elif isinstance(kind, Unknown) and name != "*":
                yield kind
            else:
                yield principal(str(kind), name)
    if isinstance(blocks, Unknown):
        yield blocks


def _block_conditions(data: Resource, path: Path) -> Iterator[Condition]:
    blocks = count(data, *path)
    if isinstance(blocks, Unknown):
        yield "", "", blocks
    for item in range(known_count(data, *path)):
        block: Path = (*path, item)
        test, variable = text(data, *block, "test"), text(data, *block, "variable")
        texts = values(data, *block, "values", of_references=True) or (data.unknown_at((*block, "values")),)
        for value in texts:
            known = value if isinstance(value, Unknown) else condition_value(value, data.address)
            if isinstance(test, str) and isinstance(variable, str):
                yield test.lower(), variable.lower(), known
            else:
                yield "", "", data.unknown_at(block)
