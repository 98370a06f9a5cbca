"""A pipeline in a first plan, and in a second plan after the apply, in which AWS has filled in values that were not set."""

from __future__ import annotations

import json
from typing import Any

from tests.plans import Json, configured, plan, planned, references
from tests.unit.terraform_reading.checking import ACCOUNT, CONSUME, TRUST, allow, policy

REDRIVE = json.dumps({"deadLetterTargetArn": f"{ACCOUNT}:mails-dlq", "maxReceiveCount": 3})
CAN_CONSUME = policy(allow(CONSUME, f"{ACCOUNT}:mails"))
URL = "https://sqs.eu-central-1.amazonaws.com/111111111111"
ROLE = "arn:aws:iam::111111111111:role/mails"
FUNCTION = "arn:aws:lambda:eu-central-1:111111111111:function:mails"

CONFIGURATION: Json = {
    "resources": [
        configured("aws_sqs_queue.mails", {"name": "mails"}),
        configured("aws_sqs_queue.dlq", {"name": "mails-dlq", "policy": references("var.nothing")}),
        configured(
            "aws_sqs_queue_redrive_policy.mails",
            {"queue_url": references("aws_sqs_queue.mails.id"), "redrive_policy": REDRIVE},
        ),
        configured("aws_iam_role.mails", {"name": "mails", "assume_role_policy": TRUST}),
        configured(
            "aws_iam_role_policy.mails",
            {"name": "consume", "role": references("aws_iam_role.mails.id"), "policy": CAN_CONSUME},
        ),
        configured(
            "aws_lambda_function.mails",
            {
                "function_name": "mails",
                "role": references("aws_iam_role.mails.arn"),
                "runtime": "python3.13",
                "handler": "main.handler",
                "s3_bucket": "packages",
                "timeout": 30,
            },
        ),
        configured(
            "aws_lambda_event_source_mapping.mails",
            {
                "event_source_arn": references("aws_sqs_queue.mails.arn"),
                "function_name": references("aws_lambda_function.mails.arn"),
            },
        ),
    ]
}
_QUEUE: Json = {
    "content_based_deduplication": False,
    "delay_seconds": 0,
    "fifo_queue": False,
    "max_message_size": 262144,
    "message_retention_seconds": 345600,
    "receive_wait_time_seconds": 0,
    "visibility_timeout_seconds": 30,
}
_QUEUE_FILLED_IN: Json = {
    "deduplication_scope": "",
    "fifo_throughput_limit": "",
    "kms_data_key_reuse_period_seconds": 300,
    "kms_master_key_id": "",
    "name_prefix": "",
    "policy": "",
    "redrive_allow_policy": "",
    "redrive_policy": "",
    "sqs_managed_sse_enabled": True,
}
_FUNCTION: Json = {
    "function_name": "mails",
    "runtime": "python3.13",
    "handler": "main.handler",
    "s3_bucket": "packages",
    "timeout": 30,
    "memory_size": 128,
    "package_type": "Zip",
    "reserved_concurrent_executions": -1,
    "environment": [],
}
_FUNCTION_FILLED_IN: Json = {
    "arn": FUNCTION,
    "role": ROLE,
    "description": "",
    "filename": "",
    "image_uri": "",
    "kms_key_arn": "",
    "layers": [],
    "ephemeral_storage": [{"size": 512}],
    "logging_config": [
        {"log_format": "Text", "log_group": "/aws/lambda/mails", "application_log_level": "", "system_log_level": ""}
    ],
    "tracing_config": [{"mode": "PassThrough"}],
    "vpc_config": [],
}
_MAPPING_FILLED_IN: Json = {
    "event_source_arn": f"{ACCOUNT}:mails",
    "function_name": FUNCTION,
    "batch_size": 10,
    "bisect_batch_on_function_error": False,
    "destination_config": [],
    "filter_criteria": [],
    "function_response_types": [],
    "maximum_batching_window_in_seconds": 0,
    "maximum_record_age_in_seconds": 0,
    "maximum_retry_attempts": 0,
    "parallelization_factor": 0,
    "provisioned_poller_config": [],
    "queues": [],
    "scaling_config": [],
    "starting_position": "",
    "starting_position_timestamp": "",
    "topics": [],
    "tumbling_window_in_seconds": 0,
}


def first_plan() -> Json:
    unknown = ("arn", "id", "url", "name_prefix", "policy", "redrive_policy", "redrive_allow_policy", "sqs_managed_sse_enabled")
    of_queue = (*unknown, "deduplication_scope", "fifo_throughput_limit", "kms_data_key_reuse_period_seconds")
    of_mapping = ("event_source_arn", "function_name", "maximum_retry_attempts", "parallelization_factor")
    resources = [
        planned("aws_sqs_queue.mails", {"name": "mails", **_QUEUE}, of_queue),
        planned("aws_sqs_queue.dlq", {"name": "mails-dlq", **_QUEUE}, of_queue),
        planned("aws_sqs_queue_redrive_policy.mails", {"redrive_policy": REDRIVE}, ("queue_url", "id")),
        planned(
            "aws_iam_role.mails",
            {"name": "mails", "assume_role_policy": TRUST},
            ("arn", "id", "inline_policy", "managed_policy_arns"),
        ),
        planned("aws_iam_role_policy.mails", {"name": "consume", "policy": CAN_CONSUME}, ("role", "id")),
        planned(
            "aws_lambda_function.mails", _FUNCTION, ("arn", "role", "architectures", "ephemeral_storage", "logging_config")
        ),
        planned(
            "aws_lambda_event_source_mapping.mails",
            {"enabled": True, "destination_config": [], "filter_criteria": [], "scaling_config": []},
            of_mapping,
        ),
    ]
    return plan(resources, CONFIGURATION)


def second_plan(**more: Any) -> Json:
    """`more` sets attributes of the queue, the function and the mapping, by type."""
    queue = {**_QUEUE, **_QUEUE_FILLED_IN}
    inline = [{"name": "consume", "policy": CAN_CONSUME}]
    resources = [
        planned(
            "aws_sqs_queue.mails",
            {**queue, "name": "mails", "arn": f"{ACCOUNT}:mails", "id": f"{URL}/mails", "redrive_policy": REDRIVE},
        ),
        planned("aws_sqs_queue.dlq", {**queue, "name": "mails-dlq", "arn": f"{ACCOUNT}:mails-dlq", "id": f"{URL}/mails-dlq"}),
        planned("aws_sqs_queue_redrive_policy.mails", {"redrive_policy": REDRIVE, "queue_url": f"{URL}/mails"}),
        planned(
            "aws_iam_role.mails",
            {
                "name": "mails",
                "arn": ROLE,
                "id": "mails",
                "inline_policy": inline,
                "managed_policy_arns": [],
                "assume_role_policy": TRUST,
            },
        ),
        planned("aws_iam_role_policy.mails", {"name": "consume", "policy": CAN_CONSUME, "role": "mails"}),
        planned("aws_lambda_function.mails", {**_FUNCTION, **_FUNCTION_FILLED_IN, **more}),
        planned("aws_lambda_event_source_mapping.mails", {"enabled": True, **_MAPPING_FILLED_IN}),
    ]
    return plan(resources, CONFIGURATION)
