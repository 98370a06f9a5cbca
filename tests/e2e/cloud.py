"""The emulator's resources for handlers under the real runtime client, and helpers that read the handlers' answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queuesmith.local.emulator import Emulator
from tests.e2e.runtime_endpoint import Answer
from tests.records import record_of
from tests.waiting import wait_for

PASSWORD = 'correct horse "battery" staple'
MAIL_HANDLER = "handlers.mail.main.lambda_handler"
REGION = "eu-west-1"
ACCOUNT = "000000000000"
"""The account of both emulators, ministack and moto. An alarm for another account would watch nothing."""


@dataclass
class Cloud:
    """A table, a queue and a DLQ in the emulator."""

    emulator: Emulator
    python: Path
    code: Path
    queue_url: str
    dlq_url: str

    def client(self, service: str) -> Any:
        return self.emulator.endpoint.client(service, REGION)

    def variables(self, **more: str) -> dict[str, str]:
        return {
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            **self.emulator.endpoint.keys,
            "AWS_ENDPOINT_URL": self.emulator.endpoint.url,
            "AWS_CA_BUNDLE": str(self.emulator.endpoint.ca_bundle),
            "POWERTOOLS_SERVICE_NAME": "dev-orders",
            "ORDERS_TABLE": "orders",
            "WORKER_DEAD_LETTER_QUEUE_URL": self.dlq_url,
            "WORKER_QUEUE_URL": self.queue_url,
            "WORKER_BACKOFF_CAP": "10",
            **more,
        }

    def received(self, *bodies: str) -> dict[str, Any]:
        """An event of messages that were really sent and received, so that their receipt handles are valid."""
        sqs = self.client("sqs")
        for body in bodies:
            sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)
        found: list[dict[str, Any]] = []

        def all_are_found() -> bool:
            received = sqs.receive_message(
                QueueUrl=self.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=300, MessageSystemAttributeNames=["All"]
            ).get("Messages", [])
            found.extend(message for message in received if message["Body"] in bodies)  # excludes those of earlier tests
            return len(found) >= len(bodies)

        wait_for(all_are_found, "the messages are received")
        assert len(found) == len(bodies)
        return {"Records": [record_of(message, f"arn:aws:sqs:{REGION}:000000000000:orders") for message in found]}


def make_table(dynamodb: Any, name: str, key: str) -> None:
    """Create a table with a single string key."""
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
    )


def make_role(iam: Any, name: str, *statements: Mapping[str, Any]) -> str:
    """Create a role for a function, with these statements in its policy `worker`. Returns its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="worker", PolicyDocument=policy(*statements))
    return str(arn)


def policy(*statements: Mapping[str, Any]) -> str:
    """A policy document as IAM expects it."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def failures(answer: Answer) -> list[str]:
    assert (answer.path, list(answer.body)) == ("invocation/response", ["batchItemFailures"]), answer
    return [item["itemIdentifier"] for item in answer.body["batchItemFailures"]]


def mail(id: str, text: str = "hello") -> str:
    """A message of the second worker."""
    return json.dumps({"id": id, "text": text})
