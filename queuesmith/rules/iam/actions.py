"""The IAM actions that the rules and the settings refer to by name."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

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
_LOGGING = ("logs:createloggroup", "logs:createlogstream", "logs:putlogevents")
_GRANTED_BY_AWS = (
    *_LOGGING, "ec2:createnetworkinterface", "ec2:deletenetworkinterface", "ec2:describe", "ec2:assignprivateipaddresses",
    "ec2:unassignprivateipaddresses", "ec2:getsecuritygroupsforvpc", "xray:", "sts:getcalleridentity",
)  # fmt: skip
"""Prefixes of actions that AWS's managed policies for Lambda grant on resource *."""
_METRICS = ("cloudwatch:getmetricdata", "cloudwatch:listmetrics", "cloudwatch:putmetricdata")
"""Metrics have no ARN. These actions also accept the ARN of a dataset of OpenTelemetry metrics."""
USUAL_WILDCARDS = frozenset({"kms:generatedatakey*", "kms:reencrypt*"})
"""Wildcards that AWS's own examples use, in lower case."""


def admits_no_resource(action: str) -> bool:
    """Whether resource * is right for an action: IAM supports no other, or AWS's managed policies grant it that way."""
    name = action.lower()
    return name.startswith((*_GRANTED_BY_AWS, *_METRICS)) or name in _without_resources()


@cache
def _without_resources() -> frozenset[str]:
    """Return the actions that accept no resource, in lower case, according to AWS's service authorization reference."""
    text = resources.files(__package__).joinpath("actions_without_resources.json").read_text(encoding="utf-8")
    table: dict[str, list[str]] = json.loads(text)
    return frozenset(f"{service}:{name}".lower() for service, names in table.items() for name in names)
