"""A pipeline in Terraform's JSON syntax, as cdktf writes it."""

from __future__ import annotations

import json

from tests.plans import Json
from tests.unit.terraform_reading.checking import CONSUME, TRUST, allow, policy

QUEUE, DLQ, ROLE, FUNCTION = "aws_sqs_queue.work", "aws_sqs_queue.dead", "aws_iam_role.work", "aws_lambda_function.work"
WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def ref(what: str) -> str:
    return "${" + what + "}"


def stack(**more: Json) -> Json:
    """A complete pipeline without findings. `more` changes resources: by type and name, joined by two underscores."""
    metadata = {"//": {"metadata": {"path": "dev/orders/queue", "uniqueId": "work"}}}
    tls = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", "Condition": WITHOUT_TLS}
    logs = allow(["logs:CreateLogStream", "logs:PutLogEvents"], ref("aws_cloudwatch_log_group.work.arn") + ":*")
    body: dict[str, dict[str, Json]] = {
        "aws_sqs_queue": {
            "work": {
                **metadata,
                "name": "work",
                "visibility_timeout_seconds": 60,
                "redrive_policy": json.dumps({"deadLetterTargetArn": ref(f"{DLQ}.arn"), "maxReceiveCount": 5}),
                "policy": policy(tls),
            },
            "dead": {
                "name": "dead",
                "message_retention_seconds": 1209600,
                "policy": policy(tls),
                "redrive_allow_policy": ref('jsonencode({"redrivePermission": "byQueue", "sourceQueueArns": []})'),
            },
        },
        "aws_iam_role": {"work": {"name": "work", "assume_role_policy": TRUST}},
        "aws_iam_role_policy": {
            "work": {"role": ref(f"{ROLE}.id"), "policy": policy(allow(CONSUME, ref(f"{QUEUE}.arn")), logs)},
        },
        "aws_cloudwatch_log_group": {"work": {"name": "/aws/lambda/work", "retention_in_days": 30}},
        "aws_lambda_function": {
            "work": {
                "function_name": "work",
                "role": ref(f"{ROLE}.arn"),
                "timeout": 10,
                "runtime": "python3.13",
                "handler": "main.handler",
                "s3_bucket": "packages",
                "depends_on": ["aws_iam_role_policy.work", "aws_cloudwatch_log_group.work"],
            }
        },
        "aws_lambda_event_source_mapping": {
            "work": {
                "event_source_arn": ref(f"{QUEUE}.arn"),
                "function_name": ref(f"{FUNCTION}.arn"),
                "function_response_types": ["ReportBatchItemFailures"],
            }
        },
    }
    for label, values in more.items():
        kind, name = label.split("__")
        body.setdefault(kind, {}).setdefault(name, {}).update(values)
    return {"//": {"metadata": {"version": "0.21.0"}}, "resource": body, "terraform": {"backend": {"local": {}}}}
