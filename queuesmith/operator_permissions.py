"""What the people on call may do, command by command: the one table from which their policies are made.

`read` looks, and changes nothing that matters; `act` changes something. Peeking into the DLQ is reading: it is the first thing
that somebody on call does, a DLQ moves nothing on however often it is received, and visibility is given back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

EVERYTHING = "everything"
"""The resource of actions that admit no other than *."""
Role = Literal["read", "act"]


@dataclass(frozen=True)
class Need:
    """What commands need to do to one of a pipeline's parts."""

    role: Role
    commands: str
    part: str
    """`queue`, `dead_letter_queue`, `function`, `mapping`, `log_group`, `alarms`, `role`, `key` or `everything`."""
    actions: tuple[str, ...]


_LOOK_AT_QUEUE = ("sqs:GetQueueAttributes", "sqs:GetQueueUrl")
NEEDS = (
    Need("read", "status, doctor", "queue", (*_LOOK_AT_QUEUE, "sqs:ListQueueTags")),
    Need("read", "status, doctor", "dead_letter_queue", (*_LOOK_AT_QUEUE, "sqs:ListQueueTags")),
    Need("read", "status, doctor", "function", ("lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency")),
    Need("read", "status, doctor", "mapping", ("lambda:GetEventSourceMapping",)),
    Need("read", "status, doctor", EVERYTHING, ("lambda:ListEventSourceMappings", "cloudwatch:GetMetricData")),
    Need("read", "status, doctor", "alarms", ("cloudwatch:DescribeAlarms",)),
    Need("read", "status", "log_group", ("logs:FilterLogEvents",)),
    Need("read", "doctor", EVERYTHING, ("logs:DescribeLogGroups",)),
    Need("read", "doctor", "dead_letter_queue", ("sqs:ListDeadLetterSourceQueues",)),
    Need(
        "read",
        "doctor",
        "role",
        ("iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"),
    ),
    Need("read", "doctor", "key", ("kms:DescribeKey",)),
    Need("read", "dlq peek", "dead_letter_queue", ("sqs:ReceiveMessage", "sqs:ChangeMessageVisibility")),
    Need("read", "dlq peek", "key", ("kms:Decrypt",)),
    Need("act", "send, dlq redrive, purge", "queue", (*_LOOK_AT_QUEUE, "sqs:SendMessage", "sqs:PurgeQueue")),
    Need("act", "dlq redrive, dlq purge", "dead_letter_queue", (*_LOOK_AT_QUEUE, "sqs:PurgeQueue")),
    Need(
        "act",
        "dlq redrive",
        "dead_letter_queue",
        (
            "sqs:StartMessageMoveTask",
            "sqs:ListMessageMoveTasks",
            "sqs:CancelMessageMoveTask",
            "sqs:ReceiveMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
        ),
    ),
    Need("act", "send, dlq redrive", "key", ("kms:Decrypt", "kms:GenerateDataKey")),
    Need("act", "pause, resume", "mapping", ("lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping")),
    Need("act", "pause, resume", EVERYTHING, ("lambda:ListEventSourceMappings",)),
)


def policy(role: Role, parts: Mapping[str, list[str]]) -> str:
    """The policy of a role as compact JSON. `parts` are the ARNs of a pipeline's parts; what is not there is left out."""
    everywhere = {**parts, EVERYTHING: ["*"]}
    names = [name for name in everywhere if everywhere[name] and any(need.part == name for need in NEEDS if need.role == role)]
    statements = []
    for name in names:
        actions = sorted({action for need in NEEDS if need.role == role and need.part == name for action in need.actions})
        arns = everywhere[name]
        sid = "".join(word.capitalize() for word in name.split("_"))
        statements.append({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": arns[0] if len(arns) == 1 else arns})
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
