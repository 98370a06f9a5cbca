"""IAM actions that the rules and the settings know by name."""

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
"""What SQS can be asked about one queue. The batch calls are allowed by the actions of the single ones."""
CONSUMER_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What Lambda needs of the queue, in the function's name."""
_TAKES_NO_RESOURCE = (
    "xray:", "ec2:createnetworkinterface", "ec2:deletenetworkinterface", "ec2:describe", "ec2:assignprivateipaddresses",
    "ec2:unassignprivateipaddresses", "ec2:getsecuritygroupsforvpc", "cloudwatch:putmetricdata", "sqs:listqueues",
    "sts:getcalleridentity",
)  # fmt: skip
"""Beginnings of actions that IAM takes on resource * only, or that Lambda's own policies grant so."""


def admits_no_resource(action: str) -> bool:
    """Whether an action is granted on resource * because it admits no other, or is granted so by AWS itself."""
    return action.lower().startswith(_TAKES_NO_RESOURCE)
