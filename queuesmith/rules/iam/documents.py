"""Parses IAM policies in JSON into statements, from a Terraform file, from AWS, or from the table of managed policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from queuesmith.common.json_values import as_dict, dicts_in, parse_json
from queuesmith.rules.iam.managed_policies import managed_policies
from queuesmith.rules.iam.policy import OWN_ACCOUNT, Condition, Statement
from queuesmith.rules.unknown import MaybeUnknown, Unknown

Statements = tuple[Statement, ...]
_REFERENCE = re.compile(
    r"\$\{(?:(?:module\.[\w-]+(?:\[[^\]]*\])?\.)+aws|(?!(?:data|var|local|module|each|count|path|self|terraform)\.)[a-z][a-z0-9]*)"
    r"_\w+\.[\w-]+(?:\[[^\]]*\])?\.\w+\}[^$]*"
)
"""A reference to a resource, which the rules can compare. Data sources do not match: they may be another name for it."""
_ACCOUNT = re.compile(r"\$\{data\.aws_caller_identity\.[\w-]+\.(?:account_id|id)\}")
_PARTITION = re.compile(r"\$\{data\.aws_partition\.[\w-]+\.(?:partition|id)\}")
_IDENTITY = re.compile(
    r"\$\{(?:module\.[^{}]*?\.)?aws_\w+\.[\w-]+(?:\[[^\]]*\])?\.(?:arn|id|account_id|owner_id|unique_id)\}[^$]*"
)
"""A reference to the ARN or id of one resource: only that resource meets a condition on it."""
_POLICY_VARIABLE = re.compile(r"\$\{(?:aws|[a-z0-9-]+):[^{}]*\}")
"""IAM policy variables such as `${aws:username}`, which stand for any text."""


def statements_in(value: Any, where: str) -> MaybeUnknown[Statements] | None:
    """Return the statements of a policy in JSON, or None if the value is not a policy."""
    content = parse_json(value) if isinstance(value, str) else value
    if not isinstance(content, dict) or not isinstance(content.get("Statement"), list | dict):
        return None
    items = content["Statement"]
    statements: list[Statement] = []
    for item in [items] if isinstance(items, dict) else dicts_in(items):
        statement = parse_statement(item, where)
        if isinstance(statement, Unknown):
            return statement
        statements.append(statement)
    return tuple(statements)


def managed_statements(arn: str) -> MaybeUnknown[Statements]:
    """Return the statements of an AWS managed policy. Unknown if the table does not contain it."""
    _, _, name = arn.partition(":policy/")
    known = managed_policies().get(f"arn:aws:iam::aws:policy/{name}") if ":iam::aws:" in arn else None
    statements = None if known is None else [parse_statement(item, arn, managed_by_aws=True) for item in known]
    if statements is None:
        return Unknown(f"the policy {arn}")
    return tuple(statement for statement in statements if not isinstance(statement, Unknown))


def is_comparable(text: str) -> bool:
    """Whether the rules can compare a text: it contains no expression, or is a reference to a resource."""
    return "${" not in text.replace(OWN_ACCOUNT, "") or _REFERENCE.fullmatch(text) is not None


def principal(kind: str, name: str) -> str:
    """Return a principal as statements contain it: `Service:sns.amazonaws.com`, or `*` for every caller."""
    return name if name == "*" else f"{kind}:{name}"


def parse_statement(item: dict[str, Any], where: str, *, managed_by_aws: bool = False) -> MaybeUnknown[Statement]:
    """Parse one statement of a policy in JSON. Unknown if its effect or an action contains an expression."""
    effect, actions, not_actions = (_texts(item.get(key)) for key in ("Effect", "Action", "NotAction"))
    if any("${" in text for text in (*effect, *actions, *not_actions)):
        return Unknown(f"an expression in the policy of {where}")
    return Statement(
        effect=effect[0] if effect else "Allow",
        actions=actions,
        not_actions=not_actions,
        resources=tuple(_resource(text, where) for text in _texts(item.get("Resource"))),
        not_resources=tuple(_resource(text, where) for text in _texts(item.get("NotResource"))),
        principals=tuple(_principals(item.get("Principal"))),
        not_principals=tuple(_principals(item.get("NotPrincipal"))),
        conditions=frozenset(_conditions(item.get("Condition"), where)),
        where=where,
        managed_by_aws=managed_by_aws,
    )


def _resource(text: str, where: str) -> MaybeUnknown[str]:
    pattern = without_variables(with_placeholders(text))
    return pattern if is_comparable(pattern) else Unknown(f"a resource in {where}")


def _principals(element: Any) -> Iterator[MaybeUnknown[str]]:
    if isinstance(element, str):
        yield element if "${" not in element else Unknown("a principal")
    for kind, names in as_dict(element).items():
        for name in map(with_placeholders, _texts(names)):
            yield principal(kind, name) if is_comparable(name) else Unknown("a principal")


def without_variables(text: str) -> str:
    """Return an ARN pattern in which IAM variables and the own account are replaced by wildcards."""
    return _POLICY_VARIABLE.sub("*", text.replace(OWN_ACCOUNT, "*"))


def with_placeholders(text: str) -> str:
    """Replace references to Terraform's data sources for account and partition with the rules' own placeholders."""
    return _PARTITION.sub("aws", _ACCOUNT.sub(OWN_ACCOUNT, text)) if "${" in text else text


def condition_value(text: str, where: str) -> MaybeUnknown[str]:
    """Return a condition's value. An expression is unknown unless it is an IAM variable or names one resource or account."""
    value = with_placeholders(text)
    rest = _POLICY_VARIABLE.sub("", value.replace(OWN_ACCOUNT, ""))
    if "${" not in rest:
        return value
    return value if _IDENTITY.fullmatch(value) else Unknown(f"the value of a condition in {where}")


def _conditions(condition: Any, where: str) -> Iterator[Condition]:
    for operator, keys in as_dict(condition).items():
        for key, values in as_dict(keys).items():
            texts = [condition_value(text, where) for text in _texts(values)]
            for value in texts or [Unknown(f"the values of {key} in {where}")]:
                yield operator.lower(), key.lower(), value


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items if item is not None)
