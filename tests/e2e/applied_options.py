"""The stack of test_options_applied.py after its apply: clients, and what its handlers have forwarded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from queuesmith.local.emulator import Emulator
from tests.terraform_cli import TerraformInTests
from tests.waiting import wait_for

REGION = "eu-west-1"


@dataclass
class World:
    """The applied stack, and clients for it."""

    terraform: TerraformInTests
    emulator: Emulator
    outputs: dict[str, Any]
    answers: list[dict[str, Any]]

    def client(self, service: str) -> Any:
        return self.emulator.endpoint.client(service, REGION)

    def handed_on(self, worker: str) -> list[str]:
        """The bodies that a worker has forwarded, each with the values that its handler has read."""
        sqs, bodies = self.client("sqs"), []
        answer = sqs.receive_message(QueueUrl=url_of(sqs, "out"), MaxNumberOfMessages=10, VisibilityTimeout=2)
        for message in answer.get("Messages", []):
            self.answers.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url_of(sqs, "out"), ReceiptHandle=message["ReceiptHandle"])
        for found in self.answers:
            assert found["read"] == ["hush", "5"]
            bodies += [found["body"]] if found["worker"] == f"test-{worker}" else []
        return bodies

    def arrives(self, worker: str, part: str) -> None:
        """Wait until a worker has forwarded a message that contains `part`."""
        wait_for(lambda: any(part in body for body in self.handed_on(worker)), f"{worker} hands {part} on")

    def is_drained(self, output: str) -> bool:
        attributes = self.client("sqs").get_queue_attributes(QueueUrl=self.outputs[output], AttributeNames=["All"])[
            "Attributes"
        ]
        return bool(attributes["ApproximateNumberOfMessages"] == attributes["ApproximateNumberOfMessagesNotVisible"] == "0")


def url_of(sqs: Any, name: str) -> str:
    url: str = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return url
