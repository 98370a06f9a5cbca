"""Small reports: `a_report(a_file(a_pipeline(a_finding())))`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuesmith.checks.reports.report import Contents, FileReport, PipelineReport, Report
from queuesmith.rules import Finding, Severity

PIPELINE = "aws_lambda_event_source_mapping.orders"
QUEUE = "aws_sqs_queue.orders"
DLQ = "aws_sqs_queue.orders_dlq"
VISIBILITY_PAGE = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
DLQ_PAGE = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"
NOT_KNOWN = f"{QUEUE}.redrive_policy.maxReceiveCount is known only after apply"


def a_finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "rule": "QL001",
        "severity": Severity.ERROR,
        "address": QUEUE,
        "attribute": f"{QUEUE}.visibility_timeout_seconds",
        "message": f"{QUEUE}.visibility_timeout_seconds is 30 s, but aws_lambda_function.orders.timeout is 60 s",
        "remedy": f"Set {QUEUE}.visibility_timeout_seconds above 60",
        "documentation": VISIBILITY_PAGE,
    }
    return Finding(**{**values, **changes})


def a_warning(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "rule": "QL007",
        "severity": Severity.WARNING,
        "address": DLQ,
        "attribute": f"{DLQ}.message_retention_seconds",
        "message": f"{DLQ}.message_retention_seconds is 345600 s, not longer than {QUEUE}.message_retention_seconds",
        "remedy": f"Set {DLQ}.message_retention_seconds to 1209600 (14 days)",
        "documentation": DLQ_PAGE,
    }
    return a_finding(**{**values, **changes})


def a_suppression_finding() -> Finding:
    where = "suppress.QL008 in queuesmith.toml"
    message = f"{where} matches no finding"
    return Finding("QL903", Severity.WARNING, where, where, message, "Remove the suppression", "docs/rules.md")


def suppressed(finding: Finding) -> Finding:
    return replace(finding, suppression_reason="it is emptied hourly")


def a_pipeline(*findings: Finding, name: str = PIPELINE, **values: Any) -> PipelineReport:
    return PipelineReport(name, findings, **values)


def a_file(*pipelines: PipelineReport, file: str = "plan.json", **values: Any) -> FileReport:
    return FileReport(file, pipelines, **values)


def a_report(*files: FileReport, **values: Any) -> Report:
    return Report(files, **values)


def a_full_report() -> Report:
    """Two files that use every field of a report."""
    skipped = (("QL005", NOT_KNOWN), ("QL008", NOT_KNOWN), ("QL008", f"{QUEUE}.message_retention_seconds"))
    orders = a_pipeline(a_finding(), a_warning(), suppressed(a_warning(rule="QL017")), skipped=skipped)
    mail = a_pipeline(a_finding(rule="QL004", address="aws_sqs_queue.mail", documentation=DLQ_PAGE), name="module.mail.this")
    opaque = (("module.billing", "its resources are not in this file"),)
    return a_report(
        a_file(orders, mail),
        a_file(file="cdk.tf.json", unresolved=opaque, contents=Contents(2, 1)),
        suppression_findings=(("queuesmith.toml", a_suppression_finding()),),
    )
