"""Evaluates the conditions of a policy statement for a request, some of whose values the caller can choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from queuesmith.rules.iam.fixed_values import IS_FIXED, UNIVERSAL
from queuesmith.rules.iam.policy import REFERENCE, Condition, matches
from queuesmith.rules.iam.three_valued_logic import Match, all_match, any_match, any_true
from queuesmith.rules.unknown import MaybeUnknown, Unknown


@dataclass(frozen=True)
class Choice:
    """A value that the caller can choose."""

    foreign: bool = False
    """The caller's own accounts, resources and networks only: none that a policy names."""
    optional: bool = False
    """The caller can also omit the value."""
    service: str = ""
    """For an ARN: its service, if known."""


Names: TypeAlias = tuple[str, ...]
"""All forms of one value: the ARN, and the Terraform reference to it."""
Value: TypeAlias = MaybeUnknown[Names | Choice | None]
"""The value of a condition key in a request. None: the key is absent."""


@dataclass(frozen=True)
class Request:
    """The values of a request's condition keys."""

    context: Mapping[str, Value]
    """Values by key in lower case."""
    others: Choice | Unknown
    """The value of every other key."""

    def value(self, key: str) -> Value:
        """Return the value of a key, in any case."""
        if key in self.context:
            return self.context[key]
        return Unknown(f"{self.others.what} {key}") if isinstance(self.others, Unknown) else self.others


_ABSENT_HOLDS = {"forallvalues": True, "foranyvalue": False}
_Holds: TypeAlias = Callable[[str, str], MaybeUnknown[bool]]


def match_conditions(conditions: Iterable[Condition], request: Request) -> dict[tuple[str, str], Match]:
    """Return for each pair of operator and key whether the condition holds."""
    values: dict[tuple[str, str], list[MaybeUnknown[str]]] = {}
    for operator, key, value in conditions:
        values.setdefault((operator, key), []).append(value)
    return {
        (operator, key): _match(operator, key, expected, request.value(key)) for (operator, key), expected in values.items()
    }


def _match(operator: str, key: str, expected: list[MaybeUnknown[str]], value: Value) -> Match:
    if isinstance(value, Unknown):
        return Match.of(value)
    every_or_any, _, bare = operator.rpartition(":")
    bare, if_exists = bare.removesuffix("ifexists"), bare.endswith("ifexists")
    is_optional = value is None or (isinstance(value, Choice) and value.optional)
    if bare == "null":
        is_absent = Match(possible=is_optional, certain=value is None)
        return any_match(_is_null(each, is_absent) for each in expected)
    negated, positive = "not" in bare, bare.replace("not", "", 1)
    if positive not in _OPERATORS:
        return Match.of(Unknown(f"the condition {operator or 'operator'}"))
    absent = Match.of(if_exists or _ABSENT_HOLDS.get(every_or_any, negated))
    if value is None:
        return absent
    present = any_match(_holds(positive, key, each, value) for each in expected)
    present = present.negated() if negated else present
    if not is_optional:
        return present
    return Match(any_match((present, absent)).possible, all_match((present, absent)).certain)


def _is_null(expected: MaybeUnknown[str], is_absent: Match) -> Match:
    if isinstance(expected, Unknown):
        return Match.of(expected)
    return is_absent if expected.lower() == "true" else is_absent.negated()


def _holds(operator: str, key: str, expected: MaybeUnknown[str], value: Names | Choice) -> Match:
    """Whether a value that is present matches the expected one."""
    if isinstance(expected, Unknown):
        return Match.of(expected)
    if isinstance(value, Choice):
        is_universal = operator in _WITH_WILDCARDS and expected in (UNIVERSAL if key in IS_FIXED else ("*",))
        return Match(_reachable(operator, key, expected, value), is_universal)
    compare = _OPERATORS[operator]
    if compare is None:
        return Match.of(Unknown(f"the value of {key}"))
    if expected == "*" and operator in _WITH_WILDCARDS:
        return Match.of(True)
    alike = [name for name in value if name.startswith(REFERENCE) == expected.startswith(REFERENCE)]
    if expected not in value and (not alike or (REFERENCE in expected and not expected.startswith(REFERENCE))):
        return Match.of(Unknown(f"the value of {key}"))  # a reference cannot be compared with a literal value
    return Match.of(any_true(compare(expected, name) for name in alike))


def _reachable(operator: str, key: str, expected: str, value: Choice) -> MaybeUnknown[bool]:
    """Whether the caller can choose a value that matches."""
    if key not in IS_FIXED:
        return True
    if operator in _EXACT and set("*?") & set(expected):  # wildcards are literal here, and no real value contains them
        return False
    if not value.foreign:
        return True
    if value.service and expected.count(":") > 4 and not matches(expected.split(":")[2], value.service):
        return False
    fixed = IS_FIXED[key](expected)
    if isinstance(fixed, Unknown) or operator in _EXACT:
        return fixed if isinstance(fixed, Unknown) else False
    return not fixed if operator in _WITH_WILDCARDS or operator == "ipaddress" else Unknown(f"the condition on {key}")


def _is_arn(pattern: str, text: str) -> bool:
    patterns, texts = pattern.split(":", 5), text.split(":", 5)
    return pattern == "*" or (len(patterns) == len(texts) and all(map(matches, patterns, texts)))


_WITH_WILDCARDS = frozenset({"stringlike", "arnlike", "arnequals"})
_EXACT = frozenset({"stringequals", "stringequalsignorecase"})
_OPERATORS: dict[str, _Holds | None] = {
    "stringequals": lambda expected, text: expected == text,
    "stringequalsignorecase": lambda expected, text: expected.lower() == text.lower(),
    "stringlike": matches,
    "arnequals": _is_arn,
    "arnlike": _is_arn,
    "bool": lambda expected, text: expected.lower() == text.lower(),
    **dict.fromkeys(
        (
            "binaryequals", "dateequals", "dategreaterthan", "dategreaterthanequals", "datelessthan", "datelessthanequals",
            "ipaddress", "numericequals", "numericgreaterthan", "numericgreaterthanequals", "numericlessthan",
            "numericlessthanequals",
        )
    ),
}  # fmt: skip
"""The comparison of each operator. None: the values that it compares are never known."""
