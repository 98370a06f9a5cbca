"""Suppressions remove findings, and a wrong suppression is a finding itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from queuesmith.rules import Acceptance, Finding, Severity, accept, complaints, judge
from tests.unit.rules.pipelines import good

SHORT = Finding("QL007", Severity.WARNING, "aws_sqs_queue.dlq", "aws_sqs_queue.dlq.retention", "short", "longer", "https://aws")
EQUAL = replace(SHORT, rule="QL001", severity=Severity.ERROR, address="aws_sqs_queue.orders")
BELOW = replace(EQUAL, enforced_by_aws=True, address="aws_sqs_queue.invoices")
REASON = "emptied hourly"


def left(findings: list[Finding], *acceptances: Acceptance) -> list[tuple[str, str, str, str]]:
    """Rule, severity, message and remedy of the remaining findings."""
    return [
        (finding.rule, finding.severity.value, finding.message, finding.remedy) for finding in left_of(findings, *acceptances)
    ]


def left_of(findings: Sequence[Finding], *acceptances: Acceptance) -> list[Finding]:
    """The findings that are not suppressed, and those about suppressions."""
    return [*(each for each in accept(findings, acceptances) if not each.accepted), *complaints(acceptances, findings)]


def test_suppressed_finding_is_separated_with_its_reason() -> None:
    assert accept([SHORT, EQUAL], [Acceptance("QL007", REASON)]) == [replace(SHORT, accepted=REASON), EQUAL]


@pytest.mark.parametrize("rule", ["QL999", "ql007", ""])
def test_unknown_rule_cannot_be_suppressed(rule: str) -> None:
    assert left([], Acceptance(rule, REASON, where="suppress.x in queuesmith.toml")) == [
        (
            "QL901",
            "error",
            f'suppress.x in queuesmith.toml: there is no rule "{rule}" to accept',
            "Take it out. `queuesmith explain` lists the rules",
        )
    ]


@pytest.mark.parametrize(("rule", "about"), [("QL401", "what is deployed"), ("QL903", "acceptances")])
def test_rule_that_does_not_check_pipelines_cannot_be_suppressed(rule: str, about: str) -> None:
    message = f"the acceptance of {rule}: {rule} is about {about}, not about pipelines: it cannot be accepted"
    assert left([], Acceptance(rule, REASON)) == [("QL901", "error", message, "Take it out")]


def test_rule_id_that_looks_like_a_secret_is_not_shown() -> None:
    ((_, _, message, _),) = left([], Acceptance("ghp_" + "a1B2c3" * 6, REASON, where="suppress"))
    assert message == 'suppress: there is no rule "…" to accept'


def test_aws_limit_without_a_finding_cannot_be_suppressed() -> None:
    assert left([], Acceptance("QL003", REASON)) == [
        (
            "QL901",
            "error",
            "the acceptance of QL003: what QL003 says is a limit of AWS's",
            "Take it out, and fix what the rule found",
        )
    ]


def test_finding_that_aws_enforces_cannot_be_suppressed() -> None:
    said = left_of([BELOW], Acceptance("QL001", REASON))
    message = "the acceptance of QL001: what QL001 says of aws_sqs_queue.invoices is a limit of AWS's"
    assert [(finding.rule, finding.message, finding.remedy) for finding in said] == [
        ("QL001", "short", "longer"),
        ("QL901", message, "Take it out, and fix what the rule found"),
    ]


def test_suppression_that_covers_an_enforced_finding_must_be_limited() -> None:
    acceptance = Acceptance("QL001", REASON)
    said = left_of([EQUAL, BELOW], acceptance)
    assert [finding.address for finding in said[:-1]] == [BELOW.address]
    assert said[-1].remedy == "Limit it with addresses to what can be accepted, and fix the rest"


def test_enforced_finding_elsewhere_does_not_affect_a_suppression() -> None:
    acceptance = Acceptance("QL001", REASON, ("aws_sqs_queue.orders",))
    assert left_of([EQUAL, BELOW], acceptance) == [BELOW]


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_suppression_without_a_reason_is_an_error_and_has_no_effect(reason: str) -> None:
    assert left([SHORT], Acceptance("QL007", reason)) == [
        ("QL007", "warning", "short", "longer"),
        ("QL902", "error", "the acceptance of QL007 has no reason", 'Say why: QL007 = "the reason"'),
    ]


def test_option_without_a_reason_error_shows_the_syntax() -> None:
    said = left([SHORT], Acceptance("QL007", "", where="--suppress QL007"))
    assert said[-1][2:] == ("--suppress QL007 has no reason", 'Say why: --suppress "QL007=the reason"')


def test_suppression_that_matches_nothing_is_a_warning() -> None:
    assert left([], Acceptance("QL007", REASON)) == [
        ("QL903", "warning", "the acceptance of QL007 matches nothing", "Take it out")
    ]
    assert [finding[0] for finding in left([SHORT], Acceptance("QL007", REASON, ("aws_sqs_queue.other",)))] == [
        "QL007",
        "QL903",
    ]


def test_two_suppressions_can_match_one_finding() -> None:
    assert left([SHORT], Acceptance("QL007", REASON), Acceptance("QL007", REASON, ("aws_sqs_queue.dlq",))) == []


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("aws_sqs_queue.dlq", "aws_sqs_queue.dlq", True),
        ("aws_sqs_queue.*", "aws_sqs_queue.dlq", True),
        ("aws_sqs_queue.dl?", "aws_sqs_queue.dlq", True),
        ("*", "module.a.aws_sqs_queue.dlq", True),
        ('module.worker["orders"].aws_sqs_queue.dlq[0]', 'module.worker["orders"].aws_sqs_queue.dlq[0]', True),
        ('module.worker["*"].aws_sqs_queue.dlq[*]', 'module.worker["orders"].aws_sqs_queue.dlq[12]', True),
        ("module.worker[0].*", "module.worker0.aws_sqs_queue.dlq", False),
        ("aws_sqs_queue.[a-z]*", "aws_sqs_queue.dlq", False),
        ("aws_sqs_queue", "aws_sqs_queue.dlq", False),
        ("AWS_SQS_QUEUE.dlq", "aws_sqs_queue.dlq", False),
    ],
)
def test_address_patterns_have_wildcards_and_literal_brackets(pattern: str, address: str, *, expected: bool) -> None:
    acceptance = Acceptance("QL007", REASON, ("nothing", pattern))
    assert acceptance.covers(replace(SHORT, address=address)) is expected


def test_findings_of_rules_can_be_suppressed() -> None:
    findings = judge(good(dead_letter_queue={"retention": 60})).findings
    assert [finding.rule for finding in findings] == ["QL007"]
    assert left_of(findings, Acceptance("QL007", REASON)) == []
