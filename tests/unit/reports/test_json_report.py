"""The JSON report, for scripts."""

from __future__ import annotations

import io
import json

from queuesmith.checks.reports import FORMATS, write
from queuesmith.common.site import SITE
from tests.unit.reports.factory import a_file, a_finding, a_full_report, a_pipeline, a_report

EMPTY = """\
{
  "version": 2,
  "findings": [],
  "skipped": [],
  "unresolved": [],
  "files_without_pipelines": [],
  "unread_files": [],
  "suppressed": [],
  "summary": {
    "files": 0,
    "pipelines": 0,
    "errors": 0,
    "warnings": 0,
    "suppressed": 0,
    "skipped": 0,
    "unresolved": 0,
    "known": 0
  }
}
"""
PLACE = ("file", "line", "end_line")
UNKNOWN_PLACE = {"line": None, "end_line": None}


def test_an_empty_report_has_every_key() -> None:
    assert FORMATS["json"](a_report()) == EMPTY


def test_bidirectional_control_characters_are_escaped() -> None:
    document = FORMATS["json"](a_report(a_file(a_pipeline(a_finding(message="a\u202eb\x9b31m")))))
    assert '"message": "a\\u202eb\\u009b31m"' in document
    assert json.loads(document)["findings"][0]["message"] == "a\u202eb\x9b31m"


def test_each_entry_names_its_file_and_pipeline() -> None:
    dlq_page = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"
    visibility = {
        "severity": "error",
        "message": "aws_sqs_queue.orders.visibility_timeout_seconds is 30 s, but aws_lambda_function.orders.timeout is 60 s",
        "remedy": "Set aws_sqs_queue.orders.visibility_timeout_seconds above 60",
    }
    orders = {"pipeline": "aws_lambda_event_source_mapping.orders", "file": "plan.json"}
    assert json.loads(FORMATS["json"](a_full_report())) == {
        "version": 2,
        "findings": [
            {
                "rule": "QL001",
                "page": f"{SITE}rules/QL001.html",
                "address": "aws_sqs_queue.orders",
                **visibility,
                **UNKNOWN_PLACE,
                "documentation": "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
                **orders,
            },
            {
                "rule": "QL007",
                "page": f"{SITE}rules/QL007.html",
                "severity": "warning",
                "address": "aws_sqs_queue.orders_dlq",
                "message": "aws_sqs_queue.orders_dlq.message_retention_seconds is 345600 s, not longer than "
                "aws_sqs_queue.orders.message_retention_seconds",
                "remedy": "Set aws_sqs_queue.orders_dlq.message_retention_seconds to 1209600 (14 days)",
                "documentation": dlq_page,
                **UNKNOWN_PLACE,
                **orders,
            },
            {
                "rule": "QL004",
                "page": f"{SITE}rules/QL004.html",
                "address": "aws_sqs_queue.mail",
                **visibility,
                "documentation": dlq_page,
                **UNKNOWN_PLACE,
                "pipeline": "module.mail.this",
                "file": "plan.json",
            },
            {
                "rule": "QL903",
                "page": f"{SITE}rules/QL903.html",
                "severity": "warning",
                "address": "suppress.QL008 in queuesmith.toml",
                "message": "suppress.QL008 in queuesmith.toml matches no finding",
                "remedy": "Remove the suppression",
                "documentation": "docs/rules.md",
                **UNKNOWN_PLACE,
                "pipeline": None,
                "file": "queuesmith.toml",
            },
        ],
        "skipped": [
            {
                "rule": "QL005",
                **orders,
                "reason": "aws_sqs_queue.orders.redrive_policy.maxReceiveCount is known only after apply",
            },
            {
                "rule": "QL008",
                **orders,
                "reason": "aws_sqs_queue.orders.redrive_policy.maxReceiveCount is known only after apply; "
                "aws_sqs_queue.orders.message_retention_seconds",
            },
        ],
        "unresolved": [
            {"address": "module.billing", "file": "cdk.tf.json", "reason": "its resources are not in this file"},
        ],
        "files_without_pipelines": [
            {"file": "cdk.tf.json", "queues": 2, "functions": 1, "other_mappings": 0, "unresolved_mappings": 0},
        ],
        "unread_files": [],
        "suppressed": [{"rule": "QL017", "address": "aws_sqs_queue.orders_dlq", "reason": "it is emptied hourly"}],
        "summary": {
            "files": 2,
            "pipelines": 2,
            "errors": 2,
            "warnings": 2,
            "suppressed": 1,
            "skipped": 2,
            "unresolved": 1,
            "known": 0,
        },
    }


def test_each_total_is_the_length_of_its_list() -> None:
    document = json.loads(FORMATS["json"](a_full_report()))
    summary = document["summary"]
    assert summary["errors"] + summary["warnings"] == len(document["findings"])
    for key in ("skipped", "unresolved", "suppressed"):
        assert summary[key] == len(document[key])


def test_a_finding_has_its_keys_in_this_order() -> None:
    (finding,) = json.loads(FORMATS["json"](a_report(a_file(a_pipeline(a_finding())))))["findings"]
    assert list(finding) == ["rule", "severity", "address", "message", "remedy", "documentation", "page", "pipeline", *PLACE]


def test_the_report_is_utf_8_in_any_locale() -> None:
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding="ascii")
    stream.write("before\n")
    write(a_report(a_file(a_pipeline(a_finding(message="6 × 30 s")), file="\udcff.json")), "json", stream)
    first, document = binary.getvalue().split(b"\n", 1)
    assert first == b"before"
    (finding,) = json.loads(document.decode("utf-8"))["findings"]
    assert (finding["message"], finding["file"]) == ("6 × 30 s", "\udcff.json")
    assert "6 × 30 s".encode() in document
