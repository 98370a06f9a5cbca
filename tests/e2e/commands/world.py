"""A worker in the emulator as the stack creates it, but made with single API calls. Terraform would take longer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
import pytest

from queuesmith.aws.connection import Connection
from queuesmith.aws.discovery import Selection
from queuesmith.local.emulator import Endpoint
from tests import in_process
from tests.conftest import Project, a_zip
from tests.e2e.cloud import make_role, policy

REGION = "eu-central-1"
"""The region of config/common.toml."""
HANDLER = """
import json

def lambda_handler(event, context):
    failed = []
    for record in event["Records"]:
        about = {"message_id": record["messageId"], "body": record["body"][:40]}
        print(json.dumps({"level": "INFO", "message": "worked", **about}))
        if "fail" in record["body"]:
            print(json.dumps({"level": "ERROR", "message": "it failed", **about}))
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""


@dataclass
class Deployed:
    """The parts of one worker."""

    queue: str
    """The queue's URL. dead_letter_queue is a URL too."""
    dead_letter_queue: str
    queue_arn: str
    dead_letter_arn: str
    function: str
    mapping: str


class HasEndpoint(Protocol):
    """A running emulator."""

    @property
    def endpoint(self) -> Endpoint:
        """Its URL and root's credentials."""


@dataclass
class World:
    """The emulator, and a folder to run commands in."""

    emulator: HasEndpoint
    project: Project

    def client(self, service: str) -> Any:
        return self.emulator.endpoint.client(service, REGION)

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a user who uses the emulator with root's credentials."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **kept,
            "AWS_ENDPOINT_URL": self.emulator.endpoint.url,
            "AWS_CA_BUNDLE": str(self.emulator.endpoint.ca_bundle),
            **self.emulator.endpoint.keys,
            "NO_PROXY": "127.0.0.1",
            "COLUMNS": "120",
        }

    def run(
        self, *arguments: str, stdin: bytes = b"", folder: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """`queuesmith …` in the project's folder, in this process."""
        where = folder or self.project.folder
        return in_process.queuesmith(*arguments, folder=where, variables={**self.environment, **more}, stdin=stdin)

    def start(
        self, *arguments: str, program: tuple[str, ...] = ("-m", "queuesmith"), stdin: int | None = None
    ) -> subprocess.Popen[str]:
        """The same command in a new process. `program` is the arguments of Python."""
        return subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=self.project.folder,
            env=self.environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def json(self, *arguments: str, status: int = 0, **more: Any) -> Any:
        """The JSON document that a command prints with --json."""
        result = self.run(*arguments, "--json", **more)
        assert result.returncode == status, result.stderr
        return json.loads(result.stdout)

    def lines(self, *arguments: str) -> list[str]:
        """The lines that a command prints on stdout."""
        result = self.run(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()

    def dev_with(self, settings: str) -> AbstractContextManager[None]:
        """Append settings to config/dev.toml, and remove them afterwards."""
        text = (self.project.folder / "config" / "dev.toml").read_text()
        return self.project.edited("dev.toml", f"{text}\n{settings}\n")

    def forget_rejects(self) -> None:
        """Delete the files of messages that were not accepted, which `send` leaves in the project's folder."""
        for path in self.project.folder.glob("not-accepted*"):
            path.unlink()

    def deploy(
        self,
        name: str = "dev-orders",
        worker: str = "orders",
        *,
        fifo: bool = False,
        visibility: int = 18,
        receives: int = 5,
    ) -> Deployed:
        """Create a worker whose mapping is disabled, so that a test's messages stay in the queue."""
        sqs, suffix = self.client("sqs"), ".fifo" if fifo else ""
        tags = {"environment": "dev", "worker": worker}
        kind = {"FifoQueue": "true"} if fifo else {}
        dlq = sqs.create_queue(
            QueueName=f"{name}-dlq{suffix}", Attributes={"MessageRetentionPeriod": "1209600", **kind}, tags=tags
        )["QueueUrl"]
        dlq_arn = self._arn(dlq)
        redrive = json.dumps({"deadLetterTargetArn": dlq_arn, "maxReceiveCount": receives})
        given = {"VisibilityTimeout": str(visibility), "RedrivePolicy": redrive, **kind}
        queue = sqs.create_queue(QueueName=f"{name}{suffix}", Attributes=given, tags=tags)["QueueUrl"]
        queue_arn = self._arn(queue)
        self._log_group(f"/aws/lambda/{name}")
        role = self._role(f"{name}-function", queue_arn, dlq_arn)
        functions = self.client("lambda")
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="main.lambda_handler",
            Role=role,
            Code={"ZipFile": a_zip(HANDLER)},
            Timeout=3,
            MemorySize=256,
            LoggingConfig={"LogFormat": "JSON", "LogGroup": f"/aws/lambda/{name}"},
            Tags=tags,
        )
        mapping = functions.create_event_source_mapping(
            EventSourceArn=queue_arn,
            FunctionName=name,
            BatchSize=10,
            Enabled=False,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            ScalingConfig={"MaximumConcurrency": 5},
        )
        return Deployed(queue, dlq, queue_arn, dlq_arn, name, mapping["UUID"])

    def settle(self, function: str = "dev-orders") -> None:
        """Wait until a function is active. It is pending for a moment after it was created."""
        self.client("lambda").get_waiter("function_active_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})

    def remove(self, deployed: Deployed) -> None:
        """Delete the worker, so that the next test finds nothing of it."""
        functions, sqs, iam = self.client("lambda"), self.client("sqs"), self.client("iam")
        functions.delete_event_source_mapping(UUID=deployed.mapping)
        functions.delete_function(FunctionName=deployed.function)
        for url in (deployed.queue, deployed.dead_letter_queue):
            sqs.delete_queue(QueueUrl=url)
        self.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{deployed.function}")
        role = f"{deployed.function}-function"
        iam.delete_role_policy(RoleName=role, PolicyName="worker")
        iam.delete_role(RoleName=role)

    def fill(self, url: str, *bodies: str, **more: Any) -> list[str]:
        """Send messages one by one. Returns their ids."""
        sqs = self.client("sqs")
        return [sqs.send_message(QueueUrl=url, MessageBody=body, **more)["MessageId"] for body in bodies]

    def count(self, url: str) -> int:
        """The number of messages in a queue, including invisible ones."""
        names = [f"ApproximateNumberOfMessages{what}" for what in ("", "NotVisible", "Delayed")]
        found = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(value) for value in found.values())

    def contents(self, url: str) -> list[dict[str, Any]]:
        """Receive and delete every visible message of a queue."""
        sqs, found = self.client("sqs"), []
        while answer := sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        ).get("Messages"):
            for message in answer:
                found.append(message)
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def user(self, name: str, actions: list[str], resources: list[str]) -> dict[str, str]:
        """Variables of a new user who has only these actions on these resources. A name can be used once in an emulator."""
        return self.operator(name, [policy({"Effect": "Allow", "Action": actions, "Resource": resources})])

    def operator(self, name: str, policies: list[str]) -> dict[str, str]:
        """Variables of a new user who has only these policies."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        for number, document in enumerate(policies):
            iam.put_user_policy(UserName=name, PolicyName=f"policy-{number}", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def become(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Point boto3 in this process at the emulator, as a script would."""
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # the default session caches the first credentials that it found

    def selection(self, environment: str | None = None, **named: Any) -> Selection:
        """Select a worker as a script does."""
        return Selection(environment, connection=Connection(region=REGION), **named)

    def _arn(self, url: str) -> str:
        found: Any = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])

    def _log_group(self, name: str) -> None:
        logs = self.client("logs")
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=7)

    def _role(self, name: str, queue: str, dlq: str) -> str:
        actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        poll = {"Effect": "Allow", "Action": actions, "Resource": queue}
        give_up = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": dlq}
        return make_role(self.client("iam"), name, poll, give_up)
