"""The permissions that each command needs: the one table from which the policies of the operators' roles are created.

`read` is for commands without lasting effects, `act` for commands that change something. `dlq peek` is `read`: it is the first
step on call, a DLQ does not move messages on after receive attempts, and the command restores the messages' visibility.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from queuesmith.settings.derived import permissions

EVERYTHING = "everything"
"""The resource * of actions that support no other."""
Role = Literal["read", "act"]


@dataclass(frozen=True)
class Need:
    """The actions that commands need on one part of a pipeline."""

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
    Need("read", _READING, EVERYTHING, ("tag:GetResources",)),  # outside the project, commands find workers by their tags
    Need("read", ("status", "doctor", "logs", "invoke"), "function", ("lambda:GetFunctionConfiguration",)),
    Need("read", ("status", "doctor", "logs", "invoke"), EVERYTHING, ("lambda:ListEventSourceMappings",)),
    Need("read", ("status",), EVERYTHING, ("cloudwatch:GetMetricData",)),
    Need("read", ("status", "doctor"), EVERYTHING, ("cloudwatch:DescribeAlarms",)),  # it needs * for composite alarms
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
    Need("act", ("dlq peek",), "queue", _LOOK_AT_MESSAGES),  # for --main, which uses up receive attempts
    Need("act", ("purge",), "queue", ("sqs:PurgeQueue",)),
    Need("act", ("dlq purge",), "dead_letter_queue", ("sqs:PurgeQueue",)),
    Need("act", ("pause", "resume"), "mapping", ("lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping")),
    Need("act", ("pause", "resume"), EVERYTHING, ("lambda:ListEventSourceMappings",)),
)


def policy(role: Role, parts: Mapping[str, list[str]]) -> str:
    """Return the policy of a role as compact JSON.

    `parts` are the ARNs of a pipeline's parts. Permissions on other parts are omitted.
    """
    statements = []
    for part, arns in {**parts, EVERYTHING: ["*"]}.items():
        actions = sorted({action for need in NEEDS if (need.role, need.part) == (role, part) for action in need.actions})
        if arns and actions:
            sid = "".join(word.capitalize() for word in part.split("_"))
            statements.append(permissions.PolicyStatement(actions, arns, sid=sid))
    return permissions.document(*statements)
