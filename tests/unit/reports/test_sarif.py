"""SARIF: valid against the published schema, and with the properties that GitHub code scanning reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from queuesmith import __version__
from queuesmith.checks.reports import FORMATS
from queuesmith.checks.reports.report import Report
from queuesmith.checks.reports.sarif import uri
from queuesmith.rules import rules
from tests.conftest import ROOT, unavailable
from tests.unit.reports.factory import a_file, a_finding, a_full_report, a_pipeline, a_report, a_warning

SCHEMA = ROOT / ".local/sarif-schema/npm/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"


def run_of(report: Report) -> dict[str, Any]:
    document = json.loads(FORMATS["sarif"](report))
    assert document.keys() == {"$schema", "version", "runs"}
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def a_report_of_every_rule() -> Report:
    return a_report(
        a_file(a_pipeline(*(a_finding(rule=rule.id, documentation=rule.documentation) for rule in reversed(rules()))))
    )


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    if not SCHEMA.exists():
        unavailable("the schema of SARIF is not installed: python3 tools/setup.py sarif-schema")
    return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("report", [a_report(), a_full_report(), a_report_of_every_rule()], ids=["empty", "full", "every-rule"])
def test_a_log_is_valid_by_the_published_schema(report: Report, validator: Draft4Validator) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(FORMATS["sarif"](report)))]
    assert errors == []


def test_the_schema_refuses_what_is_not_sarif(validator: Draft4Validator) -> None:
    document = json.loads(FORMATS["sarif"](a_full_report()))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator.is_valid(document)


def test_result_has_message_location_and_severity() -> None:
    run = run_of(a_report(a_file(a_pipeline(a_finding()))))
    (result,) = run["results"]
    assert result == {
        "ruleId": "QL001",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": "aws_sqs_queue.orders.visibility_timeout_seconds is 30 s, but aws_lambda_function.orders.timeout is 60 s. "
            "Set aws_sqs_queue.orders.visibility_timeout_seconds above 60."
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "plan.json"},
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": "aws_sqs_queue.orders"}],
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": "d51a7e2e33331677222c0998053ff0e23a503e181dc0e37d938c2d00b0a82078:1",
        },
    }


def test_rules_are_those_with_findings_sorted_by_id() -> None:
    run = run_of(a_full_report())
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("queuesmith", __version__)
    assert "informationUri" not in driver
    assert [rule["id"] for rule in driver["rules"]] == ["QL001", "QL004", "QL007", "QL903"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_rule_is_described_by_the_book() -> None:
    (described,) = run_of(a_report(a_file(a_pipeline(a_finding()))))["tool"]["driver"]["rules"]
    (rule,) = (rule for rule in rules() if rule.id == "QL001")
    markdown = described["help"].pop("markdown")
    assert markdown.startswith("## QL001: the visibility timeout must be longer than the function timeout\n")
    assert described == {
        "id": "QL001",
        "name": "TheVisibilityTimeoutMustBeLongerThanTheFunctionTimeout",
        "shortDescription": {"text": "The visibility timeout must be longer than the function timeout."},
        "fullDescription": {"text": rule.reason},
        "help": {"text": f"The visibility timeout must be longer than the function timeout. {rule.reason} {rule.remedy}"},
        "defaultConfiguration": {"level": "error"},
        "helpUri": "https://OWNER.github.io/queuesmith/rules/QL001.html",
    }


def test_level_of_a_rule_is_that_of_its_worst_finding() -> None:
    described = {rule["id"]: rule for rule in run_of(a_full_report())["tool"]["driver"]["rules"]}
    assert described["QL004"]["defaultConfiguration"] == {"level": "error"}
    assert described["QL007"]["defaultConfiguration"] == {"level": "warning"}


def test_descriptions_are_within_githubs_limit() -> None:
    for rule in run_of(a_report_of_every_rule())["tool"]["driver"]["rules"]:
        assert len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024


def test_suppressed_findings_are_omitted() -> None:
    report = a_full_report()
    suppressed = {finding.rule for _, pipeline in report.pipelines for finding in pipeline.suppressed}
    assert suppressed == {"QL017"}
    assert [result["ruleId"] for result in run_of(report)["results"]] == [finding.rule for _, finding in report.findings]


def fingerprints(report: Report) -> list[str]:
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run_of(report)["results"]]


def test_fingerprint_does_not_depend_on_numbers_in_the_message() -> None:
    first, second = (a_report(a_file(a_pipeline(a_finding(message=message)))) for message in ("30 s", "40 s"))
    assert fingerprints(first) == fingerprints(second)


def test_each_location_and_rule_has_its_own_fingerprint() -> None:
    finding = a_finding()
    others = (a_finding(address="aws_sqs_queue.mail"), a_finding(rule="QL002"), a_finding(attribute="policy"), a_warning())
    assert len(set(fingerprints(a_report(a_file(a_pipeline(finding, *others)))))) == 5


def test_two_findings_of_one_rule_at_one_location_differ() -> None:
    twice = a_file(a_pipeline(a_finding(message="one"), a_finding(message="another")))
    again = a_file(a_pipeline(a_finding()), file="cdk.tf.json")
    first, second, third = fingerprints(a_report(twice, again))
    assert first == third
    assert first.removesuffix(":1") == second.removesuffix(":2")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("plan.json", "plan.json"),
        ("./plans/dev.json", "plans/dev.json"),
        ("../plan.json", "../plan.json"),
        ("a plan#1?100%.json", "a%20plan%231%3F100%25.json"),
        ("c:plan.json", "c%3Aplan.json"),
        ("größe\udcff.json", "gr%C3%B6%C3%9Fe%FF.json"),
        ("/tmp/a plan.json", "file:///tmp/a%20plan.json"),  # noqa: S108 - a name; nothing is written
        ("standard input", "stdin"),
    ],
)
def test_a_file_is_named_by_a_uri(file: str, expected: str) -> None:
    assert uri(file) == expected


def test_uri_of_a_file_in_the_working_directory_is_relative(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert uri(str(file)) == file.as_uri()
