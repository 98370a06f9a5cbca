"""The full text report, on a terminal and in a pipe."""

from __future__ import annotations

import io

import pytest

from queuesmith.checks.reports import write
from queuesmith.checks.reports.report import Contents, Report
from queuesmith.common.site import SITE
from tests.unit.reports.factory import (
    a_file,
    a_finding,
    a_full_report,
    a_pipeline,
    a_report,
    a_warning,
    suppressed,
)
from tests.unit.terminal import Terminal


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wide terminal with colours, and without a CI's variables."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "70")


def piped(report: Report) -> str:
    stream = io.StringIO()
    write(report, "text", stream)
    return stream.getvalue()


def on_a_terminal(report: Report) -> str:
    terminal = Terminal()
    write(report, "text", terminal)
    return terminal.getvalue()


def test_findings_are_listed_under_their_pipeline_with_fix_and_totals() -> None:
    assert (
        piped(a_report(a_file(a_pipeline(a_finding(), a_warning()))))
        == f"""\
aws_lambda_event_source_mapping.orders
  error QL001 aws_sqs_queue.orders.visibility_timeout_seconds is 30 s, but aws_lambda_function.orders.timeout is 60 s
    Set aws_sqs_queue.orders.visibility_timeout_seconds above 60
  warning QL007 aws_sqs_queue.orders_dlq.message_retention_seconds is 345600 s, not longer than \
aws_sqs_queue.orders.message_retention_seconds
    Set aws_sqs_queue.orders_dlq.message_retention_seconds to 1209600 (14 days)

Documentation:
  QL001 {SITE}rules/QL001.html
  QL007 {SITE}rules/QL007.html

1 pipeline: 1 error, 1 warning
Next: queuesmith explain QL001
"""
    )


def test_each_of_several_files_has_a_heading() -> None:
    assert (
        piped(a_full_report())
        == f"""\
plan.json
  aws_lambda_event_source_mapping.orders
    error QL001 aws_sqs_queue.orders.visibility_timeout_seconds is 30 s, but aws_lambda_function.orders.timeout is 60 s
      Set aws_sqs_queue.orders.visibility_timeout_seconds above 60
    warning QL007 aws_sqs_queue.orders_dlq.message_retention_seconds is 345600 s, not longer than \
aws_sqs_queue.orders.message_retention_seconds
      Set aws_sqs_queue.orders_dlq.message_retention_seconds to 1209600 (14 days)
    suppressed QL017 aws_sqs_queue.orders_dlq: it is emptied hourly
    skipped: QL005. Unknown: aws_sqs_queue.orders.redrive_policy.maxReceiveCount is known only after apply
    skipped: QL008. Unknown: aws_sqs_queue.orders.redrive_policy.maxReceiveCount is known only after apply; \
aws_sqs_queue.orders.message_retention_seconds

  module.mail.this
    error QL004 aws_sqs_queue.mail: aws_sqs_queue.orders.visibility_timeout_seconds is 30 s, but \
aws_lambda_function.orders.timeout is 60 s
      Set aws_sqs_queue.orders.visibility_timeout_seconds above 60

cdk.tf.json: no pipeline was checked. It contains 2 queues and 1 function. A pipeline is an \
aws_lambda_event_source_mapping whose event source is an SQS queue

  unresolved: module.billing (its resources are not in this file)

suppressions
  warning QL903 suppress.QL008 in queuesmith.toml matches no finding
    Remove the suppression

Documentation:
  QL001 {SITE}rules/QL001.html
  QL004 {SITE}rules/QL004.html
  QL007 {SITE}rules/QL007.html
  QL903 {SITE}rules/QL903.html

2 pipelines in 2 files: 2 errors, 2 warnings, 1 suppressed; 2 rules skipped, because values are unknown or could not be read; \
1 unresolved address
Next: queuesmith explain QL001
"""
    )


def test_page_is_printed_once_for_each_rule() -> None:
    twice = a_report(a_file(a_pipeline(a_finding(), a_finding(address="aws_sqs_queue.mail"))))
    assert piped(twice).count("rules/QL001.html") == 1


def test_the_next_command_explains_an_error_before_a_warning() -> None:
    report = a_report(a_file(a_pipeline(a_warning(), a_finding(rule="QL101"))))
    assert piped(report).endswith("\nNext: queuesmith explain QL101\n")


def test_a_clean_report_is_one_line() -> None:
    assert piped(a_report(a_file(a_pipeline()))) == "1 pipeline: no findings\n"
    assert piped(a_report(a_file(a_pipeline()), a_file(a_pipeline()))) == "2 pipelines in 2 files: no findings\n"


def test_suppressed_and_skipped_are_counted_without_findings_too() -> None:
    report = a_report(a_file(a_pipeline(suppressed(a_warning()), skipped=(("QL005", "a token"),))))
    assert piped(report) == (
        "aws_lambda_event_source_mapping.orders\n"
        "  suppressed QL007 aws_sqs_queue.orders_dlq: it is emptied hourly\n"
        "  skipped: QL005. Unknown: a token\n\n"
        "1 pipeline: no findings, 1 suppressed; 1 rule skipped, because values are unknown or could not be read\n"
    )


HINT = "A pipeline is an aws_lambda_event_source_mapping whose event source is an SQS queue"


@pytest.mark.parametrize(
    ("contents", "has"),
    [
        (Contents(), f"no queue, no function and no event source mapping. {HINT}"),
        (Contents(1, 0), f"1 queue. {HINT}"),
        (Contents(0, 2, 1), f"2 functions and 1 event source mapping of another source. {HINT}"),
        (Contents(0, 0, 2), f"2 event source mappings of other sources. {HINT}"),
        (Contents(2, 1, 0, 1), "2 queues, 1 function and 1 event source mapping whose queue is unknown"),
        (Contents(0, 0, 0, 2), "2 event source mappings whose queue is unknown"),
    ],
)
@pytest.mark.parametrize("file", ["plan.json", "standard input"])
def test_file_without_pipelines_is_reported_with_its_contents(file: str, contents: Contents, has: str) -> None:
    assert piped(a_report(a_file(file=file, contents=contents))) == f"{file}: no pipeline was checked. It contains {has}\n"


def test_in_a_pipe_a_long_finding_is_one_line() -> None:
    message = "a word and " * 100 + "an end"
    shown = piped(a_report(a_file(a_pipeline(a_finding(message=message)))))
    assert f"  error QL001 aws_sqs_queue.orders: {message}\n" in shown


def test_on_a_terminal_lines_are_wrapped_to_its_width_and_stay_indented() -> None:
    shown = on_a_terminal(a_report(a_file(a_pipeline(a_finding())))).splitlines()
    assert shown == [
        "\x1b[1maws_lambda_event_source_mapping.orders\x1b[0m",
        "  \x1b[1;31merror\x1b[0m\x1b[1m QL001\x1b[0m aws_sqs_queue.orders.visibility_timeout_seconds is 30",
        "    s, but aws_lambda_function.orders.timeout is 60 s",
        "    Set aws_sqs_queue.orders.visibility_timeout_seconds above 60",
        "",
        "\x1b[2mDocumentation:\x1b[0m",
        f"  \x1b[2mQL001 {SITE}rules/QL001.html\x1b[0m",
        "",
        "\x1b[1m1 pipeline: 1 error\x1b[0m",
        "Next: queuesmith explain QL001",
    ]


def test_url_of_a_page_is_not_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    assert f"QL007 {SITE}rules/QL007.html" in on_a_terminal(a_report(a_file(a_pipeline(a_warning()))))


def test_no_color_disables_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in on_a_terminal(a_full_report())


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE"])
def test_piped_output_has_no_colour_in_ci_either(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "1")
    assert "\x1b" not in piped(a_full_report())


@pytest.mark.parametrize("address", ["[bold]x[/bold]", "[/]", ":warning:", 'aws_sqs_queue.q["a"]', "[link=https://x]y"])
def test_names_are_printed_unchanged(address: str) -> None:
    report = a_report(a_file(a_pipeline(a_finding(address=address, message=f"{address} is wrong"), name=address)))
    assert piped(report).startswith(f"{address}\n  error QL001 {address} is wrong\n")


def test_control_characters_are_escaped() -> None:
    message = "aws_sqs_queue.orders \x1b[2J\x07\r\n\u202egnp \u2028\x9b31m"
    shown = piped(a_report(a_file(a_pipeline(a_finding(message=message)))))
    assert "  error QL001 aws_sqs_queue.orders \\x1b[2J\\x07\\r\\n\\u202egnp \\u2028\\x9b31m\n" in shown


def test_characters_that_the_encoding_lacks_are_escaped() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    write(a_report(a_file(a_pipeline(a_finding(message="6 × 30 s of \udcff")))), "text", stream)
    stream.seek(0)
    assert "6 \\xd7 30 s of \\udcff\n" in stream.read()
