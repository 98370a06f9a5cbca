"""Every rule at its limits: just inside, just outside, unset and unknown."""

from __future__ import annotations

from dataclasses import fields

import pytest

from queuesmith.rules import Alarm, Rule, Severity, check_pipeline, rules
from tests.ids import described
from tests.unit.rules.alarm_cases import ALARMS
from tests.unit.rules.cases import Cases, Change
from tests.unit.rules.circuit_cases import CIRCUITS
from tests.unit.rules.function_cases import FUNCTIONS
from tests.unit.rules.invocation_cases import INVOCATIONS
from tests.unit.rules.key_cases import KEYS
from tests.unit.rules.mapping_cases import MAPPINGS
from tests.unit.rules.pipelines import MAY_CONSUME, METRICS, alarm, good
from tests.unit.rules.queue_access_cases import QUEUE_ACCESS
from tests.unit.rules.queue_cases import QUEUES
from tests.unit.rules.role_cases import ROLES
from tests.unit.rules.sender_key_cases import SENDER_KEYS
from tests.unit.rules.trust_cases import TRUST

TABLE: dict[str, Cases] = (
    QUEUES | QUEUE_ACCESS | SENDER_KEYS | MAPPINGS | FUNCTIONS | ROLES | KEYS | ALARMS | TRUST | INVOCATIONS | CIRCUITS
)
LONGEST = 160
"""The maximum length of a change in a test's id."""
BOOK = {rule.id: rule for rule in rules()}
EXPECTED = {
    "fine": None,
    "hard": (Severity.ERROR, True),
    "error": (Severity.ERROR, False),
    "warning": (Severity.WARNING, False),
    "unknown": None,
}


def name_of(change: Change) -> str:
    """The differences from the good pipeline, without those that all changes of this kind share."""
    shown = dict(change)
    if isinstance(shown.get("alarms"), tuple):
        shown["alarms"] = [different(each, alarm(*METRICS)) for each in shown["alarms"]]
    if isinstance(shown.get("role"), dict) and MAY_CONSUME in shown["role"].get("statements", ()):
        shown["role"] = {**shown["role"], "statements": [each for each in shown["role"]["statements"] if each != MAY_CONSUME]}
    return described(shown, LONGEST)


def different(part: Alarm, usual: Alarm) -> Change:
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    return {name: value for name, value in values.items() if value != getattr(usual, name)}


CASES = [
    pytest.param(BOOK[rule], kind, change, id=f"{rule}-{kind}-{name_of(change)}")
    for rule, entry in TABLE.items()
    for kind in EXPECTED
    for change in getattr(entry, kind)
]


@pytest.mark.parametrize(("rule", "kind", "change"), CASES)
def test_rule_has_the_result_of_its_table_row(rule: Rule, kind: str, change: Change) -> None:
    result = rule.apply(good(**change))
    found = {(finding.severity, finding.enforced_by_aws) for finding in result.findings}
    expected = EXPECTED[kind]
    assert found == (set() if expected is None else {expected}), result.findings
    if kind in ("fine", "unknown"):
        assert bool(result.skipped) == (kind == "unknown"), result.skipped


@pytest.mark.parametrize("terraform", [False, True], ids=["settings", "terraform"])
def test_good_pipeline_breaks_no_rule_and_skips_none(*, terraform: bool) -> None:
    result = check_pipeline(good(terraform=terraform))
    assert (result.findings, result.skipped) == ((), ())


def test_every_pipeline_rule_has_a_row() -> None:
    assert set(TABLE) == {name for name, rule in BOOK.items() if rule.check is not None}


@pytest.mark.parametrize("name", TABLE)
def test_rows_cover_each_severity_and_a_valid_value(name: str) -> None:
    entry, rule = TABLE[name], BOOK[name]
    shown = {Severity.ERROR} if entry.hard or entry.error else set()
    shown |= {Severity.WARNING} if entry.warning else set()
    assert shown == set(rule.severities)
    assert not (rule.enforced_by_aws and entry.error)
    assert bool(rule.enforced_when) == (not rule.enforced_by_aws and bool(entry.hard))
    assert entry.fine


@pytest.mark.parametrize("rule", BOOK.values(), ids=BOOK)
def test_every_rule_has_a_limit_reason_fix_and_source(rule: Rule) -> None:
    for text in (rule.title, rule.limit, rule.reason, rule.remedy):
        assert text.strip() == text
        assert text
    if rule.id[:3] in ("QL4", "QL9"):
        assert rule.documentation == "docs/rules.md"
    else:
        assert rule.documentation.startswith("https://")
