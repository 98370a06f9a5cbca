"""Clients with prepared responses: botocore's Stubber validates each request against the service model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from queuesmith.aws.queues import DeployedQueue

SOURCE = DeployedQueue(
    "https://sqs.eu-central-1.amazonaws.com/111111111111/orders-dlq", "arn:aws:sqs:eu-central-1:111111111111:orders-dlq"
)
DESTINATION = DeployedQueue(
    "https://sqs.eu-central-1.amazonaws.com/111111111111/orders", "arn:aws:sqs:eu-central-1:111111111111:orders"
)


def client(service: str) -> Any:
    make_client: Any = boto3.client
    return make_client(service, region_name="eu-central-1", aws_access_key_id="made", aws_secret_access_key="up")


@pytest.fixture
def sqs() -> Any:
    return client("sqs")


@pytest.fixture
def stub(sqs: Any) -> Iterator[Stubber]:
    with Stubber(sqs) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
