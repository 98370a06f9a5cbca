"""Failures on a FIFO queue of the emulator, with its mapping, its redrive policy, IAM and the packaged handler."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from queuesmith.local.emulator import Emulator
from tests.e2e.cloud import make_role
from tests.waiting import wait_for
from tests.workers.packages import package_with

REGION = "eu-west-1"
RECEIVES = 3
VISIBILITY, TIMEOUT = 720, 120
"""Seconds, far longer than a batch takes: failed messages return after their backoff, and no other message returns."""
DEDUPLICATION_WINDOW = 300.0
"""Seconds within which SQS accepts a second message with the same deduplication id and does not deliver it."""
NAME = "fifo-jobs"


@dataclass
class Jobs:
    """A FIFO queue with its DLQ, and a function that records what it processed."""

    emulator: Emulator
    ledger: Path

    def client(self, service: str) -> Any:
        return self.emulator.endpoint.client(service, REGION)

    def build(self, package: Path) -> None:
        sqs = self.client("sqs")
        self.dlq = sqs.create_queue(QueueName=f"{NAME}-dlq.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.dlq_arn = sqs.get_queue_attributes(QueueUrl=self.dlq, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": self.dlq_arn, "maxReceiveCount": RECEIVES})
        attributes = {"FifoQueue": "true", "VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": redrive}
        self.queue = sqs.create_queue(QueueName=f"{NAME}.fifo", Attributes=attributes)["QueueUrl"]
        send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": self.dlq_arn}
        back_off = {"Effect": "Allow", "Action": "sqs:ChangeMessageVisibility", "Resource": self.dlq_arn.replace("-dlq", "")}
        role = make_role(self.client("iam"), NAME, send, back_off)
        variables = {
            "POWERTOOLS_SERVICE_NAME": NAME,
            "LEDGER": str(self.ledger),
            "WORKER_DEAD_LETTER_QUEUE_URL": self.dlq,
            "WORKER_QUEUE_URL": self.queue,
            "WORKER_BACKOFF_CAP": "1",
            "WORKER_MAX_RECEIVE_COUNT": str(RECEIVES),
        }
        functions = self.client("lambda")
        functions.create_function(
            FunctionName=NAME,
            Runtime="python3.13",
            Handler="handlers.groups.main.lambda_handler",
            Role=role,
            Timeout=TIMEOUT,
            Code={"ZipFile": package.read_bytes()},
            Environment={"Variables": variables},
        )
        wait_for(lambda: functions.get_function(FunctionName=NAME)["Configuration"]["State"] == "Active", "it is active")
        arn = self.dlq_arn.replace("-dlq", "")
        self.mapping = functions.create_event_source_mapping(
            EventSourceArn=arn,
            FunctionName=NAME,
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            Enabled=False,
        )["UUID"]

    def deliver(self, *messages: tuple[str, str]) -> None:
        """Send bodies with their groups while the mapping is disabled, so that Lambda receives them as one batch."""
        sqs = self.client("sqs")
        for index, (body, group) in enumerate(messages):
            own = f"{time.monotonic_ns()}-{index}"
            sqs.send_message(QueueUrl=self.queue, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=own)
        self.client("lambda").update_event_source_mapping(UUID=self.mapping, Enabled=True)
        wait_for(lambda: self.depth(self.queue) == 0, "the queue is empty")
        self.client("lambda").update_event_source_mapping(UUID=self.mapping, Enabled=False)

    def depth(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(map(int, attributes.values()))

    def dead(self) -> list[dict[str, Any]]:
        """Receive and delete everything in the DLQ."""
        found: list[dict[str, Any]] = []
        while (
            batch := self.client("sqs")
            .receive_message(
                QueueUrl=self.dlq,
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
                VisibilityTimeout=60,
            )
            .get("Messages")
        ):
            found += batch
            for message in batch:
                self.client("sqs").delete_message(QueueUrl=self.dlq, ReceiptHandle=message["ReceiptHandle"])
        return found

    def worked(self) -> list[str]:
        """The messages that were processed since the last call, in order."""
        found = self.ledger.read_text().split() if self.ledger.exists() else []
        self.ledger.unlink(missing_ok=True)
        return found


@pytest.fixture(scope="module")
def jobs(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    folder = tmp_path_factory.mktemp("groups")
    world = Jobs(emulator, folder / "ledger")
    world.build(package_with("groups", folder, patient=True))
    return world


def job(id: str, kind: str = "good") -> str:
    return json.dumps({"id": id, "kind": kind})


def test_non_retryable_message_leaves_its_group_immediately(jobs: Jobs) -> None:
    jobs.deliver((job("first"), "g"), ("not JSON", "g"), (job("last"), "g"))
    (dead,) = jobs.dead()
    assert (dead["Body"], dead["Attributes"]["MessageGroupId"]) == ("not JSON", "g")
    assert dead["MessageAttributes"]["FailureReason"]["StringValue"].startswith("InvalidMessageError: Invalid JSON")
    assert jobs.worked() == ["first", "last"]


def test_redriven_message_that_fails_again_reaches_the_dlq_again(jobs: Jobs) -> None:
    """With the original deduplication id, SQS would accept the second copy and not deliver it: the message would be lost."""
    begin = time.monotonic()
    jobs.deliver(("fails again", "g"))
    for _ in range(3):
        (dead,) = jobs.dead()
        assert dead["Body"] == "fails again"
        sqs = jobs.client("sqs")
        reason = dead["MessageAttributes"]["FailureReason"]
        sqs.send_message(
            QueueUrl=jobs.queue,
            MessageBody=dead["Body"],
            MessageGroupId=dead["Attributes"]["MessageGroupId"],
            MessageDeduplicationId=dead["MessageId"],
            MessageAttributes={"FailureReason": {"DataType": "String", "StringValue": reason["StringValue"]}},
        )
        jobs.deliver()
    assert len(jobs.dead()) == 1
    assert time.monotonic() - begin < DEDUPLICATION_WINDOW


def test_second_copy_with_the_same_deduplication_id_does_not_arrive(jobs: Jobs) -> None:
    """Proves the risk that the test above covers: with its original id a redriven message would be lost."""
    sqs, arrived = jobs.client("sqs"), []
    for _ in range(2):
        sqs.send_message(QueueUrl=jobs.dlq, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="same")
        arrived.append(len(jobs.dead()))
    assert arrived == [1, 0]


def test_followers_of_a_failing_message_do_not_go_to_the_dlq(jobs: Jobs) -> None:
    """They are returned to the queue together with it, and each return uses up one of their receive attempts too."""
    jobs.deliver((job("a1"), "a"), (job("a2", "fails"), "a"), (job("b1"), "b"), (job("a3"), "a"), (job("a4"), "a"))
    assert jobs.worked() == ["a1", "b1", "a3", "a4"]
    assert [json.loads(message["Body"])["id"] for message in jobs.dead()] == ["a2"]


def test_followers_go_to_the_dlq_if_the_last_receive_is_unknown(jobs: Jobs) -> None:
    """Proves the risk that the test above covers."""
    functions = jobs.client("lambda")
    variables = functions.get_function_configuration(FunctionName=NAME)["Environment"]["Variables"]
    without = {name: value for name, value in variables.items() if name != "WORKER_MAX_RECEIVE_COUNT"}
    functions.update_function_configuration(FunctionName=NAME, Environment={"Variables": without})
    try:
        jobs.deliver((job("c1", "fails"), "c"), (job("c2"), "c"))
        assert jobs.worked() == []
        assert [json.loads(message["Body"])["id"] for message in jobs.dead()] == ["c1", "c2"]
    finally:
        functions.update_function_configuration(FunctionName=NAME, Environment={"Variables": variables})
