"""What the people on call may do, command by command: the one table from which their policies are made.

`read` looks, and changes nothing that matters; `act` changes something. Peeking into the DLQ is reading: it is the first thing
that somebody on call does, a DLQ moves nothing on however often it is received, and visibility is given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from queuesmith.settings.derived import permissions

EVERYTHING = "everything"
"""The resource of actions that admit no other than *."""
Role = Literal["read", "act"]


@dataclass(frozen=True)
class Need:
    """What commands need to do to one of a pipeline's parts."""

    role: Role
    commands: tuple[str, ...]
    part: str
    """`queue`, `dead_letter_queue`, `function`, `mapping`, `log_group`, `role`, `key` or `everything`."""
    actions: tuple[str, ...]


_FIND_QUEUE = ("sqs:GetQueueAttributes", "sqs:GetQueueUrl")
_LOOK_AT_MESSAGES = ("sqs:ReceiveMessage", "sqs:ChangeMessageVisibility")
_READING = ("status", "doctor", "logs", "dlq peek", "invoke")
_ACTING = ("send", "dlq redrive", "dlq purge", "purge", "pause", "resume")
NEEDS = (
    Need("read", ("status", "doctor", "logs", "invoke"), "queue", _FIND_QUEUE),
    Need("read", ("status", "doctor", "dlq peek", "invoke"), "dead_letter_queue", _FIND_QUEUE),
    Need("read", _READING, EVERYTHING, ("tag:GetResources",)),  # outside the project workers are found by their tags
    Need("read", ("status", "doctor", "logs", "invoke"), "function", ("lambda:GetFunctionConfiguration",)),
    Need("read", ("status", "doctor", "logs", "invoke"), EVERYTHING, ("lambda:ListEventSourceMappings",)),
    Need("read", ("status",), EVERYTHING, ("cloudwatch:GetMetricData",)),
    Need("read", ("status", "doctor"), EVERYTHING, ("cloudwatch:DescribeAlarms",)),  # of composite alarms it needs *
    Need("read", ("status", "logs"), "log_group", ("logs:FilterLogEvents",)),
    Need("read", ("doctor",), EVERYTHING, ("logs:DescribeLogGroups",)),
    Need("read", ("doctor",), "function", ("lambda:GetFunctionConcurrency",)),
    Need("read", ("doctor",), "role", ("iam:GetRole", "iam:GetRolePolicy")),
    Need("read", ("doctor",), "role", ("iam:ListAttachedRolePolicies", "iam:ListRolePolicies")),
    Need("read", ("doctor",), "key", ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants")),
    Need("read", ("dlq peek", "invoke"), "dead_letter_queue", _LOOK_AT_MESSAGES),
    Need("read", ("dlq peek", "invoke"), "key", ("kms:Decrypt",)),
    Need("act", _ACTING, "queue", _FIND_QUEUE),
    Need("act", _ACTING, EVERYTHING, ("tag:GetResources",)),
    Need("act", ("dlq redrive", "dlq purge"), "dead_letter_queue", _FIND_QUEUE),
    Need("act", ("send", "dlq redrive"), "queue", ("sqs:SendMessage",)),
    Need("act", ("send", "dlq redrive", "dlq peek"), "key", ("kms:Decrypt", "kms:GenerateDataKey")),
    Need("act", ("dlq redrive",), "dead_letter_queue", (*_LOOK_AT_MESSAGES, "sqs:DeleteMessage")),
    Need(
        "act",
        ("dlq redrive",),
        "dead_letter_queue",
        ("sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks", "sqs:CancelMessageMoveTask"),
    ),
    Need("act", ("dlq peek",), "queue", _LOOK_AT_MESSAGES),  # --main: it spends receives
    Need("act", ("purge",), "queue", ("sqs:PurgeQueue",)),
    Need("act", ("dlq purge",), "dead_letter_queue", ("sqs:PurgeQueue",)),
    Need("act", ("pause", "resume"), "mapping", ("lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping")),
    Need("act", ("pause", "resume"), EVERYTHING, ("lambda:ListEventSourceMappings",)),
)


def policy(role: Role, parts: Mapping[str, list[str]]) -> str:
    """The policy of a role as compact JSON. `parts` are the ARNs of a pipeline's parts; what is not there is left out."""
    statements = []
    for part, arns in {**parts, EVERYTHING: ["*"]}.items():
        actions = sorted({action for need in NEEDS if (need.role, need.part) == (role, part) for action in need.actions})
        if arns and actions:
            sid = "".join(word.capitalize() for word in part.split("_"))
            statements.append(permissions.PolicyStatement(actions, arns, sid=sid))
    return permissions.document(*statements)
