"""Suppressions remove findings, and a wrong suppression is a finding itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from queuesmith.rules import Finding, Severity, Suppression, check_pipeline, check_suppression, suppress
from tests.unit.rules.pipelines import good

SHORT = Finding("QL007", Severity.WARNING, "aws_sqs_queue.dlq", "aws_sqs_queue.dlq.retention", "short", "longer", "https://aws")
EQUAL = replace(SHORT, rule="QL001", severity=Severity.ERROR, address="aws_sqs_queue.orders")
BELOW = replace(EQUAL, enforced_by_aws=True, address="aws_sqs_queue.invoices")
REASON = "emptied hourly"


def remaining(findings: list[Finding], *suppressions: Suppression) -> list[tuple[str, str, str, str]]:
    """Rule, severity, message and remedy of the remaining findings."""
    return [
        (finding.rule, finding.severity.value, finding.message, finding.remedy)
        for finding in remaining_findings(findings, *suppressions)
    ]


def remaining_findings(findings: Sequence[Finding], *suppressions: Suppression) -> list[Finding]:
    """The findings that are not suppressed, and those about suppressions."""
    about = (check_suppression(each, findings) for each in suppressions)
    kept = (each for each in suppress(findings, suppressions) if not each.suppression_reason)
    return [*kept, *(each for each in about if each is not None)]


def test_suppressed_finding_is_separated_with_its_reason() -> None:
    assert suppress([SHORT, EQUAL], [Suppression("QL007", REASON)]) == [replace(SHORT, suppression_reason=REASON), EQUAL]


@pytest.mark.parametrize("rule", ["QL999", "ql007", ""])
def test_unknown_rule_cannot_be_suppressed(rule: str) -> None:
    assert remaining([], Suppression(rule, REASON, where="suppress.x in queuesmith.toml")) == [
        (
            "QL901",
            "error",
            f'suppress.x in queuesmith.toml names the rule "{rule}", which does not exist',
            "Remove the suppression. `queuesmith explain` lists the rules",
        )
    ]


@pytest.mark.parametrize(("rule", "about"), [("QL401", "differences from the settings"), ("QL903", "suppressions")])
def test_rule_that_does_not_check_pipelines_cannot_be_suppressed(rule: str, about: str) -> None:
    message = f"the suppression of {rule}: findings of {rule} are about {about}, and cannot be suppressed"
    assert remaining([], Suppression(rule, REASON)) == [("QL901", "error", message, "Remove the suppression")]


def test_rule_id_that_looks_like_a_secret_is_not_shown() -> None:
    ((_, _, message, _),) = remaining([], Suppression("ghp_" + "a1B2c3" * 6, REASON, where="suppress"))
    assert message == 'suppress names the rule "…", which does not exist'


def test_aws_limit_without_a_finding_cannot_be_suppressed() -> None:
    assert remaining([], Suppression("QL003", REASON)) == [
        (
            "QL901",
            "error",
            "the suppression of QL003: a finding of QL003 cannot be suppressed, because it is about a hard limit",
            "Remove the suppression, and fix the problem",
        )
    ]


def test_finding_that_aws_enforces_cannot_be_suppressed() -> None:
    others = remaining_findings([BELOW], Suppression("QL001", REASON))
    message = (
        "the suppression of QL001: the finding of QL001 about aws_sqs_queue.invoices cannot be suppressed, because it is "
        "about a hard limit"
    )
    assert [(finding.rule, finding.message, finding.remedy) for finding in others] == [
        ("QL001", "short", "longer"),
        ("QL901", message, "Remove the suppression, and fix the problem"),
    ]


def test_suppression_that_covers_an_enforced_finding_must_be_limited() -> None:
    suppression = Suppression("QL001", REASON)
    others = remaining_findings([EQUAL, BELOW], suppression)
    assert [finding.address for finding in others[:-1]] == [BELOW.address]
    assert others[-1].remedy == (
        "Limit the suppression with addresses to findings that can be suppressed, and fix the other problems"
    )


def test_enforced_finding_elsewhere_does_not_affect_a_suppression() -> None:
    suppression = Suppression("QL001", REASON, ("aws_sqs_queue.orders",))
    assert remaining_findings([EQUAL, BELOW], suppression) == [BELOW]


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_suppression_without_a_reason_is_an_error_and_has_no_effect(reason: str) -> None:
    assert remaining([SHORT], Suppression("QL007", reason)) == [
        ("QL007", "warning", "short", "longer"),
        ("QL902", "error", "the suppression of QL007 has no reason", 'Give the reason: QL007 = "the reason"'),
    ]


def test_option_without_a_reason_error_shows_the_syntax() -> None:
    others = remaining([SHORT], Suppression("QL007", "", where="--suppress QL007"))
    assert others[-1][2:] == ("--suppress QL007 has no reason", 'Give the reason: --suppress "QL007=the reason"')


def test_suppression_that_matches_nothing_is_a_warning() -> None:
    assert remaining([], Suppression("QL007", REASON)) == [
        ("QL903", "warning", "the suppression of QL007 matches no finding", "Remove the suppression")
    ]
    assert [finding[0] for finding in remaining([SHORT], Suppression("QL007", REASON, ("aws_sqs_queue.other",)))] == [
        "QL007",
        "QL903",
    ]


def test_two_suppressions_can_match_one_finding() -> None:
    assert remaining([SHORT], Suppression("QL007", REASON), Suppression("QL007", REASON, ("aws_sqs_queue.dlq",))) == []


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
    suppression = Suppression("QL007", REASON, ("nothing", pattern))
    assert suppression.suppresses(replace(SHORT, address=address)) is expected


def test_findings_of_rules_can_be_suppressed() -> None:
    findings = check_pipeline(good(dead_letter_queue={"retention": 60})).findings
    assert [finding.rule for finding in findings] == ["QL007"]
    assert remaining_findings(findings, Suppression("QL007", REASON)) == []
