"""SQS queues: found by name, URL or ARN, and their depth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import is_not_found
from queuesmith.common import queue_names
from queuesmith.common.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_HOST = re.compile(r"https?://(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws\.com")
DEPTH_ATTRIBUTES = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass(frozen=True)
class DeployedQueue:
    """An existing queue."""

    url: str
    arn: str

    @property
    def name(self) -> str:
        """Its name, which ends in `.fifo` for a FIFO queue."""
        return self.arn.rsplit(":", 1)[-1]

    @property
    def is_fifo(self) -> bool:
        """Whether it is a FIFO queue, by its name."""
        return queue_names.is_fifo(self.arn)


@dataclass(frozen=True)
class Depth:
    """How many messages a queue holds, as SQS estimates it."""

    visible: int
    """Messages waiting to be received."""
    in_flight: int
    """Messages that were received, but are neither deleted nor visible again."""
    delayed: int
    """Messages whose delay has not ended."""

    @property
    def total(self) -> int:
        """The sum of the three."""
        return self.visible + self.in_flight + self.delayed


def find_queue(sqs: SQSClient, *names: str) -> DeployedQueue:
    """Find the first existing queue of these names, URLs or ARNs.

    Raises NotFoundError if none exists. Other errors are boto3's.
    """
    for name in names:
        try:
            url = name if "://" in name else _url_of(sqs, name)
            arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        except ClientError as error:
            if not is_not_found(error):
                raise
        else:
            return _verified(name, DeployedQueue(url, arn))
    tried = " or ".join(f'"{name}"' for name in names)
    raise NotFoundError(f"There is no queue {tried} in {sqs.meta.region_name}, or you are not allowed to access it")


def region_of(name: str) -> str | None:
    """The region in an ARN or a queue's URL; None if there is none."""
    if name.startswith("arn:"):
        return [*name.split(":"), "", "", ""][3] or None
    host = _HOST.match(name)
    return (host[1] or host[2]) if host else None


def _verified(name: str, queue: DeployedQueue) -> DeployedQueue:
    """Check that this is the queue that was named. Raises UsageError if it is another with the same name."""
    _, _, _, region, account, queue_name = queue.arn.split(":", 5)
    named = name.split("/")[-2:] if "://" in name else [account, name.rsplit(":", 1)[-1]]
    other = name.startswith("arn:") and name != queue.arn
    if other or named != [account, queue_name] or region_of(name) not in (None, region):
        raise UsageError(
            f"{name} is not in this account and region. The queue with this name here is {queue.arn}. Specify the region: "
            "--region"
        )
    return queue


def _url_of(sqs: SQSClient, name: str) -> str:
    if not name.startswith("arn:"):
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    _, _, _, _, account, queue = [*name.split(":", 5), "", "", "", "", ""][:6]
    return sqs.get_queue_url(QueueName=queue, QueueOwnerAWSAccountId=account)["QueueUrl"]


def read_attributes(sqs: SQSClient, queue: DeployedQueue, names: Iterable[str] = ("All",)) -> dict[str, str]:
    """Read attributes of a queue. boto3's exceptions propagate."""
    requested: Any = list(names)
    response: Any = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=requested)
    return dict(response.get("Attributes", {}))


def read_depth(sqs: SQSClient, queue: DeployedQueue) -> Depth:
    """The queue's current depth. boto3's exceptions propagate."""
    return parse_depth(read_attributes(sqs, queue, DEPTH_ATTRIBUTES))


def parse_depth(attributes: dict[str, str]) -> Depth:
    """The depth in a queue's attributes."""
    return Depth(*(int(attributes.get(name, 0)) for name in DEPTH_ATTRIBUTES))


def dead_letter_target(attributes: dict[str, str]) -> str | None:
    """The ARN of the DLQ in a queue's redrive policy; None if there is none."""
    policy = json.loads(attributes.get("RedrivePolicy") or "{}")
    target = policy.get("deadLetterTargetArn")
    return str(target) if target else None
