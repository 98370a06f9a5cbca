"""Counts the lines of reports, which can be larger than a message."""

from handlers.reports.report import Report
from queuesmith_worker import HandlerSettings, Worker, note


def handle_report(report: Report) -> None:
    note(report_id=report.report_id, lines=len(report.lines))  # replace this with your code


lambda_handler = Worker(Report, handle_report, HandlerSettings.from_environment())
