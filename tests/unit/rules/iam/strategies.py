"""Policy statements: realistic ones, and unusual ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.unit.rules.iam.universe import BUCKET, OURS, OWN_ROLE, PARTNER, PARTNER_ROLE, QUEUE, S3, SNS, STRANGE, TOPIC

UNKNOWN = "${var.unknown}"
"""Stands for a value that the rules cannot read."""
ARNS = (
    TOPIC,
    BUCKET,
    f"arn:aws:sns:*:{OURS}:*",
    f"arn:aws:sns:eu-central-1:{OURS}:sho?",
    "arn:aws:sns:*:*:*",
    "arn:aws:sns:*:*:shop",
    "arn:aws:s3:::*",
    "arn:aws:s3:*:*:own-bucket",
)
VALUES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aws:SourceArn": (("ArnEquals", "ArnLike", "StringLike", "StringEquals", "ArnNotEquals", "StringNotLike"), ARNS),
    "aws:SourceAccount": (
        ("StringEquals", "StringLike", "StringNotEquals", "StringEqualsIgnoreCase"),
        (OURS, PARTNER, "*", "9*"),
    ),
    "aws:PrincipalAccount": (("StringEquals", "StringLike", "StringNotEquals"), (OURS, "*", f"{STRANGE[:-1]}?")),
    "aws:PrincipalArn": (
        ("ArnLike", "StringLike", "ArnNotLike"),
        (OWN_ROLE, f"arn:aws:iam::{OURS}:role/*", "arn:aws:iam::*:role/shop"),
    ),
    "aws:PrincipalOrgID": (("StringEquals", "StringLike", "StringNotEquals"), ("o-ours1111", "o-*")),
    "aws:PrincipalOrgPaths": (("StringLike",), ("o-ours1111/*", "o-*")),
    "aws:PrincipalType": (("StringEquals", "StringNotEquals"), ("AssumedRole", "User")),
    "aws:userid": (("StringLike", "StringNotLike"), ("AROA1:*", "*")),
    "aws:SourceVpce": (("StringEquals", "StringNotEquals", "StringLike"), ("vpce-11111111", "vpce-*")),
    "aws:SourceIp": (("IpAddress", "NotIpAddress"), ("198.51.100.0/24", "0.0.0.0/0", "128.0.0.0/1", "198.51.100.7/32")),
    "aws:SecureTransport": (("Bool",), ("true", "false")),
    "aws:PrincipalIsAWSService": (("Bool",), ("true", "false")),
    "aws:CurrentTime": (("DateGreaterThan", "DateLessThan"), ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z")),
    "aws:MultiFactorAuthAge": (("NumericLessThan", "NumericGreaterThanEquals"), ("300",)),
    "aws:UserAgent": (("StringEquals", "StringLike", "StringNotLike"), ("shop", "sh*")),
    "aws:PrincipalTag/team": (("StringEquals",), ("shop",)),
    "aws:ResourceAccount": (("StringEquals",), (OURS,)),
}
"""The operators and values to try, by condition key."""
QUANTIFIED = frozenset({"aws:PrincipalOrgPaths", "aws:PrincipalOrgID", "aws:SourceArn", "aws:PrincipalTag/team"})


def cased(text: str) -> st.SearchStrategy[str]:
    """IAM ignores the case of these."""
    return st.sampled_from((text, text.lower(), text.upper()))


def condition(key: str, *, unknown: bool) -> st.SearchStrategy[dict[str, Any]]:
    """A condition on a key."""
    operators, values = VALUES[key]
    more = (UNKNOWN,) if unknown else ()
    positive = st.lists(st.sampled_from((*values, *more)), min_size=1, max_size=1 if "Bool" in operators else 2, unique=True)
    quantifiers = ("", "ForAnyValue:", "ForAllValues:") if key in QUANTIFIED else ("",)
    compared = st.builds(
        lambda quantifier, operator, if_exists, name, listed: {f"{quantifier}{operator}{if_exists}": {name: listed}},
        st.sampled_from(quantifiers), st.sampled_from(operators), st.sampled_from(("", "IfExists")), cased(key), positive,
    )  # fmt: skip
    null = st.builds(lambda name, value: {"Null": {name: value}}, cased(key), st.sampled_from(("true", "false")))
    return st.one_of(compared, compared, null)


def conditions(keys: tuple[str, ...], *, unknown: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Up to two conditions on different keys."""
    chosen = st.lists(st.sampled_from(keys), max_size=2, unique=True)
    return chosen.flatmap(lambda some: st.tuples(*(condition(key, unknown=unknown) for key in some))).map(_merged)


def _merged(found: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for each in found:
        for operator, keys in each.items():
            merged.setdefault(operator, {}).update(keys)
    return merged


def _of(names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(names), st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))


PRINCIPALS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({"Principal": "*"}),
    st.just({"Principal": {"AWS": "*"}}),
    _of((OURS, f"arn:aws:iam::{OURS}:root", OWN_ROLE, PARTNER_ROLE)).map(lambda names: {"Principal": {"AWS": names}}),
    _of((SNS, S3)).map(lambda names: {"Principal": {"Service": names}}),
    st.just({"Principal": {"AWS": OWN_ROLE, "Service": SNS, "CanonicalUser": "79a5"}}),
    _of((OWN_ROLE, f"arn:aws:iam::{OURS}:root")).map(lambda names: {"NotPrincipal": {"AWS": names}}),
)
QUEUE_ACTIONS = (
    ("sqs:SendMessage", "SQS:*", "sqs:receive*", "*", "sqs:?endMessage", "sns:Publish"),
    ("sqs:*", "sqs:Send*", "s3:*"),
)
KEY_ACTIONS = (("kms:Decrypt", "KMS:*", "kms:GenerateDataKey*", "*", "kms:Encrypt"), ("kms:*", "kms:Decrypt", "s3:*"))
"""The actions to name in Action, and those to name in NotAction."""


def actions(names: tuple[tuple[str, ...], tuple[str, ...]]) -> st.SearchStrategy[dict[str, Any]]:
    """The actions of a statement."""
    named, excepted = names
    return st.one_of(
        _of(named).map(lambda listed: {"Action": listed}),
        _of(named).map(lambda listed: {"Action": listed}),
        _of(excepted).map(lambda listed: {"NotAction": listed}),
    )


def resources(own: str, *, unknown: bool) -> st.SearchStrategy[dict[str, Any]]:
    """The resources of a statement."""
    service, account = own.split(":")[2], own.split(":")[4]
    patterns = (
        f"arn:aws:{service}:*:*:{own.split(':')[5]}",
        f"arn:aws:{service}:*:{account}:*",
        f"arn:aws:{service}:*:{account}:b*",
    )
    names = (own, "*", *patterns, *((UNKNOWN,) if unknown else ()))
    return st.one_of(
        st.just({"Resource": own}),
        st.just({}),
        _of(names).map(lambda listed: {"Resource": listed}),
        _of(names).map(lambda listed: {"NotResource": listed}),
    )


def statements(
    effect: str,
    *,
    own: str = QUEUE,
    named: tuple[tuple[str, ...], tuple[str, ...]] = QUEUE_ACTIONS,
    keys: tuple[str, ...] = tuple(VALUES),
    unknown: bool = False,
) -> st.SearchStrategy[dict[str, Any]]:
    """A statement of the policy of a resource with this ARN."""
    limits = conditions(keys, unknown=unknown).map(lambda some: {"Condition": some})
    parts = st.tuples(PRINCIPALS, actions(named), resources(own, unknown=unknown), limits)
    return parts.map(lambda made: {"Effect": effect, **made[0], **made[1], **made[2], **made[3]})


def of_role(statement: dict[str, Any]) -> dict[str, Any]:
    """The same statement in a role's policy: without a principal, and with a resource."""
    kept = {key: value for key, value in statement.items() if key not in ("Principal", "NotPrincipal")}
    return kept if "Resource" in kept or "NotResource" in kept else {**kept, "Resource": "*"}


def completions(policy: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The policies that result if each unknown value of the queue's policy is replaced by every possible value."""
    found = [policy]
    for index, statement in enumerate(policy):
        for element in ("Resource", "NotResource"):
            if UNKNOWN in _listed(statement.get(element, [])):
                changes = [{element: _put(statement[element], value)} for value in (QUEUE, f"{QUEUE}-2")]
                found = [_with(each, index, change) for each in found for change in changes]
        for operator, some in statement.get("Condition", {}).items():
            for key, values in some.items():
                if UNKNOWN in _listed(values):
                    known = next(possible for name, (_, possible) in VALUES.items() if name.lower() == key.lower())
                    found = [_completed(each, index, (operator, key), _put(values, value)) for each in found for value in known]
    return found


def _completed(policy: list[dict[str, Any]], index: int, place: tuple[str, str], values: list[str]) -> list[dict[str, Any]]:
    (operator, key), condition = place, policy[index]["Condition"]
    return _with(policy, index, {"Condition": {**condition, operator: {**condition[operator], key: values}}})


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _put(values: Any, value: str) -> list[str]:
    return [value if each == UNKNOWN else each for each in _listed(values)]


def _with(policy: list[dict[str, Any]], index: int, changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**each, **changes} if position == index else each for position, each in enumerate(policy)]
