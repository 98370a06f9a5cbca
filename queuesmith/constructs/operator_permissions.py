"""The permissions that each command needs: the one table from which the policies of the operators' roles are created.

`read` is for commands without lasting effects, `act` for commands that change something, and `release` for the command of that
name, which a pipeline can run. `dlq triage` and `dlq peek` are `read`: they are the first steps on call, a DLQ does not move
messages on after receive attempts, and the commands restore the messages' visibility. No policy allows `release` to delete old
versions, because IAM does not distinguish that from deleting the function. The role that applies the stack can do both.

`dlq redrive --to QUEUE` also needs `sqs:GetQueueAttributes`, `sqs:GetQueueUrl` and `sqs:SendMessage` on that queue, and
`kms:Decrypt` and `kms:GenerateDataKey` on its key. A worker's policy cannot know them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from queuesmith.settings.derived import permissions

EVERYTHING = "everything"
"""The resource * of actions that support no other."""
OperatorRole = Literal["read", "act", "release"]


@dataclass(frozen=True)
class Permission:
    """The actions that commands need on one part of a pipeline."""

    role: OperatorRole
    commands: tuple[str, ...]
    part: str
    """`queue`, `dead_letter_queue`, `function`, `mapping`, `log_group`, `role`, `key`,
    `application`, `deployment_group`, `deployment_configurations` or `everything`."""
    actions: tuple[str, ...]


_FIND_QUEUE = ("sqs:GetQueueAttributes", "sqs:GetQueueUrl")
_VIEW_MESSAGES = ("sqs:ReceiveMessage", "sqs:ChangeMessageVisibility")
_READING = ("status", "doctor", "logs", "dlq triage", "dlq peek", "invoke", "capacity")
_ACTING = ("send", "dlq redrive", "dlq drop", "dlq purge", "purge", "pause", "resume")
_REVISIONS = ("codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision")
"""CodeDeploy registers the two versions of each deployment as a revision, with the caller's permissions."""
_DEPLOYMENTS = (
    "codedeploy:CreateDeployment",
    "codedeploy:ListDeployments",
    "codedeploy:GetDeployment",
    "codedeploy:BatchGetDeployments",
)
COMMAND_PERMISSIONS = (
    Permission("read", ("status", "doctor", "logs", "invoke", "capacity"), "queue", _FIND_QUEUE),
    Permission("read", ("status", "doctor", "dlq triage", "dlq peek", "invoke"), "dead_letter_queue", _FIND_QUEUE),
    Permission("read", _READING, EVERYTHING, ("tag:GetResources",)),  # outside the project, commands find workers by their tags
    Permission("read", ("status", "doctor", "logs", "invoke", "capacity"), "function", ("lambda:GetFunctionConfiguration",)),
    Permission("read", ("status", "doctor", "logs", "invoke", "capacity"), EVERYTHING, ("lambda:ListEventSourceMappings",)),
    Permission("read", ("status", "capacity"), EVERYTHING, ("cloudwatch:GetMetricData",)),
    Permission("read", ("status", "doctor"), EVERYTHING, ("cloudwatch:DescribeAlarms",)),  # it needs * for composite alarms
    Permission("read", ("status", "logs", "capacity"), "log_group", ("logs:FilterLogEvents",)),
    Permission("read", ("doctor",), EVERYTHING, ("logs:DescribeLogGroups",)),
    Permission("read", ("doctor",), "function", ("lambda:GetFunctionConcurrency", "lambda:GetPolicy")),
    Permission("read", ("doctor",), "role", ("iam:GetRole", "iam:GetRolePolicy")),
    Permission("read", ("doctor",), "role", ("iam:ListAttachedRolePolicies", "iam:ListRolePolicies")),
    Permission("read", ("doctor",), "key", ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants")),
    Permission("read", ("dlq triage", "dlq peek", "invoke"), "dead_letter_queue", _VIEW_MESSAGES),
    Permission("read", ("dlq triage", "dlq peek", "invoke"), "key", ("kms:Decrypt",)),
    Permission("act", _ACTING, "queue", _FIND_QUEUE),
    Permission("act", _ACTING, EVERYTHING, ("tag:GetResources",)),
    Permission("act", ("dlq redrive", "dlq drop", "dlq purge"), "dead_letter_queue", _FIND_QUEUE),
    Permission("act", ("send", "dlq redrive"), "queue", ("sqs:SendMessage",)),
    Permission("act", ("send", "dlq redrive", "dlq peek"), "key", ("kms:Decrypt", "kms:GenerateDataKey")),
    Permission("act", ("dlq redrive", "dlq drop"), "dead_letter_queue", (*_VIEW_MESSAGES, "sqs:DeleteMessage")),
    Permission(
        "act",
        ("dlq redrive",),
        "dead_letter_queue",
        ("sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks", "sqs:CancelMessageMoveTask"),
    ),
    Permission("act", ("dlq drop",), "key", ("kms:Decrypt",)),
    Permission("act", ("dlq peek",), "queue", _VIEW_MESSAGES),  # for --main, which uses up receive attempts
    Permission("act", ("purge",), "queue", ("sqs:PurgeQueue",)),
    Permission("act", ("dlq purge",), "dead_letter_queue", ("sqs:PurgeQueue",)),
    Permission("act", ("pause", "resume"), "mapping", ("lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping")),
    Permission("act", ("pause", "resume"), EVERYTHING, ("lambda:ListEventSourceMappings",)),
    Permission("release", ("release",), "queue", _FIND_QUEUE),  # outside the project, the mapping names the alias
    Permission("release", ("release",), EVERYTHING, ("tag:GetResources", "lambda:ListEventSourceMappings")),
    Permission("release", ("release",), "function", ("lambda:GetAlias", "lambda:UpdateAlias", "lambda:ListVersionsByFunction")),
    Permission("release", ("release",), "application", _REVISIONS),
    Permission("release", ("release",), "deployment_configurations", ("codedeploy:GetDeploymentConfig",)),
    Permission("release", ("release",), "deployment_group", _DEPLOYMENTS),
    Permission("release", ("release",), EVERYTHING, ("codedeploy:StopDeployment",)),  # it supports no ARN
)


def policy(role: OperatorRole, parts: Mapping[str, list[str]]) -> str:
    """Return the policy of a role as compact JSON.

    `parts` are the ARNs of a pipeline's parts. Permissions on other parts are omitted.
    """
    statements = []
    for part, arns in {**parts, EVERYTHING: ["*"]}.items():
        actions = sorted(
            {action for item in COMMAND_PERMISSIONS if (item.role, item.part) == (role, part) for action in item.actions}
        )
        if arns and actions:
            sid = "".join(word.capitalize() for word in part.split("_"))
            statements.append(permissions.PolicyStatement(actions, arns, sid=sid))
    return permissions.document(*statements)
