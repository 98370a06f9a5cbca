"""`queuesmith check`, and a small stack with both errors and warnings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from tests import in_process

STACK: dict[str, Any] = {
    "provider": {"aws": [{"region": "eu-west-1"}]},
    "resource": {
        "aws_sqs_queue": {
            "orders": {
                "name": "orders",
                "visibility_timeout_seconds": 30,
                "redrive_policy": '{"deadLetterTargetArn":"${aws_sqs_queue.dead.arn}","maxReceiveCount":5}',
            },
            "dead": {"name": "orders-dlq"},
        },
        "aws_lambda_function": {
            "orders": {
                "function_name": "orders",
                "timeout": 60,
                "s3_bucket": "artifacts",
                "s3_key": "orders.zip",
                "runtime": "python3.13",
                "handler": "main.lambda_handler",
                "role": "arn:aws:iam::111111111111:role/orders",
            }
        },
        "aws_lambda_event_source_mapping": {
            "orders": {
                "event_source_arn": "${aws_sqs_queue.orders.arn}",
                "function_name": "${aws_lambda_function.orders.arn}",
                "function_response_types": ["ReportBatchItemFailures"],
            }
        },
    },
}


def run(*arguments: str, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run `queuesmith check` on a terminal without colours and control sequences."""
    return in_process.queuesmith("check", *arguments, folder=cwd, variables={**os.environ, "TERM": "dumb"}, stdin=stdin)
