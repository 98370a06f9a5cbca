"""Annotations: each finding is a workflow command, escaped as the runner expects."""

from __future__ import annotations

from queuesmith.checks.reports import FORMATS, STANDARD_INPUT
from tests.unit.reports.factory import a_file, a_finding, a_full_report, a_pipeline, a_report


def test_each_finding_is_a_command_and_the_totals_end_the_log() -> None:
    assert FORMATS["github"](a_full_report()) == (
        "::error file=plan.json,title=QL001 aws_sqs_queue.orders::aws_sqs_queue.orders.visibility_timeout_seconds is 30 s, "
        "but aws_lambda_function.orders.timeout is 60 s. Set aws_sqs_queue.orders.visibility_timeout_seconds above 60.\n"
        "::warning file=plan.json,title=QL007 aws_sqs_queue.orders_dlq::aws_sqs_queue.orders_dlq.message_retention_seconds is "
        "345600 s, not longer than aws_sqs_queue.orders.message_retention_seconds. "
        "Set aws_sqs_queue.orders_dlq.message_retention_seconds to 1209600 (14 days).\n"
        "::error file=plan.json,title=QL004 aws_sqs_queue.mail::aws_sqs_queue.mail: "
        "aws_sqs_queue.orders.visibility_timeout_seconds is 30 s, but aws_lambda_function.orders.timeout is 60 s. "
        "Set aws_sqs_queue.orders.visibility_timeout_seconds above 60.\n"
        "::warning file=queuesmith.toml,title=QL903 suppress.QL008 in queuesmith.toml::suppress.QL008 in queuesmith.toml "
        "matches no finding. Remove the suppression.\n"
        "::warning file=cdk.tf.json,title=no pipeline was checked::no pipeline was checked. It contains 2 queues and 1 "
        "function. A pipeline is an aws_lambda_event_source_mapping whose event source is an SQS queue\n"
        "2 pipelines in 2 files: 2 errors, 2 warnings, 1 suppressed; 2 rules skipped, because values are unknown or could not "
        "be read; 1 unresolved address\n"
    )


def test_without_findings_only_the_totals_are_printed() -> None:
    assert FORMATS["github"](a_report(a_file(a_pipeline()))) == "1 pipeline: no findings\n"


def test_characters_that_end_a_command_or_property_are_escaped() -> None:
    finding = a_finding(address="a:b,c%d\n", message="100 %, a:b,c\r\n::set-output name=x::y a:b,c%d\n")
    command, totals, rest = FORMATS["github"](a_report(a_file(a_pipeline(finding), file="a,b:c%.json"))).split("\n")
    assert command == (
        "::error file=a%2Cb%3Ac%25.json,title=QL001 a%3Ab%2Cc%25d%0A::100 %25, a:b,c%0D%0A::set-output name=x::y a:b,c%25d%0A. "
        "Set aws_sqs_queue.orders.visibility_timeout_seconds above 60."
    )
    assert (totals, rest) == ("1 pipeline: 1 error", "")


def test_control_characters_do_not_reach_the_build_log() -> None:
    finding = a_finding(address="a\x1b[2J", message="a\x1b[2J is \x9b31m\u202e\ttabbed", remedy="Set \x07it")
    shown = FORMATS["github"](a_report(a_file(a_pipeline(finding), file="p\x1b]0;x\x07.json")))
    assert shown == (
        "::error file=p\\x1b]0;x\\x07.json,title=QL001 a\\x1b[2J::a\\x1b[2J is \\x9b31m\\u202e\ttabbed. Set \\x07it.\n"
        "1 pipeline: 1 error\n"
    )


def test_finding_in_standard_input_has_no_file() -> None:
    shown = FORMATS["github"](a_report(a_file(a_pipeline(a_finding()), file=STANDARD_INPUT)))
    assert shown.startswith("::error title=QL001 aws_sqs_queue.orders::")
