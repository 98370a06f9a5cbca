"""Sends reports to the worker `reports`. Bodies above the queue's limit go to S3."""

import os

from handlers.reports.report import Report
from queuesmith_worker import Producer

reports = Producer(
    Report,
    os.environ["REPORTS_QUEUE"],
    large_messages_bucket="shop-large",
    large_messages_prefix="reports/",
)
