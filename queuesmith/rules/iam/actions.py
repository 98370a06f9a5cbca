"""The IAM actions that the rules and the settings refer to by name."""

from __future__ import annotations

QUEUE_ACTIONS = tuple(
    f"sqs:{name}"
    for name in (
        "AddPermission", "CancelMessageMoveTask", "ChangeMessageVisibility", "CreateQueue", "DeleteMessage", "DeleteQueue",
        "GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "ListMessageMoveTasks", "ListQueueTags",
        "PurgeQueue", "ReceiveMessage", "RemovePermission", "SendMessage", "SetQueueAttributes", "StartMessageMoveTask",
        "TagQueue", "UntagQueue",
    )
)  # fmt: skip
"""The SQS actions on one queue. The batch operations are authorized by the actions of the single operations."""
KEY_ACTIONS = tuple(
    f"kms:{name}"
    for name in (
        "CreateGrant", "Decrypt", "DisableKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "PutKeyPolicy",
        "ReEncryptFrom", "ReEncryptTo", "ScheduleKeyDeletion",
    )
)  # fmt: skip
"""The KMS actions with which a caller can use or destroy a key."""
INVOKE_ACTIONS = ("lambda:InvokeFunction", "lambda:InvokeFunctionUrl")
"""The Lambda actions with which a caller can invoke a function."""
CONSUMER_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""The actions on the queue that Lambda needs to poll it with the function's role."""
_TAKES_NO_RESOURCE = (
    "xray:", "ec2:createnetworkinterface", "ec2:deletenetworkinterface", "ec2:describe", "ec2:assignprivateipaddresses",
    "ec2:unassignprivateipaddresses", "ec2:getsecuritygroupsforvpc", "cloudwatch:putmetricdata", "sqs:listqueues",
    "sts:getcalleridentity",
)  # fmt: skip
"""Prefixes of actions that IAM accepts on resource * only, or that AWS's managed policies for Lambda grant on it."""


def admits_no_resource(action: str) -> bool:
    """Whether resource * is right for an action: IAM supports no other, or AWS's managed policies grant it that way."""
    return action.lower().startswith(_TAKES_NO_RESOURCE)
