"""Runs the commands and the toolkit against an emulator, so that each of their calls is made at least once."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from aws_lambda_powertools.utilities.parameters import base as parameters
from botocore.exceptions import ClientError

from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.errors import QueuesmithError
from queuesmith.local.emulator import Endpoint
from queuesmith.operations.deployments import Deployment, DeploymentGroup
from queuesmith.operations.function_versions import published_versions, read_alias
from queuesmith.operations.redriving.move_task import latest_task
from queuesmith_worker import HandlerSettings, NonRetryable, Producer, Secret, Worker
from queuesmith_worker.testing import FakeContext
from tests.compatibility.recorder import Recorder
from tests.conftest import Project
from tests.e2e.cloud import policy
from tests.e2e.commands.log_lines import put, put_sent, report
from tests.e2e.commands.world import REGION, Deployed, World
from tests.records import record_of
from tests.waiting import wait_for

NAME, BUCKET, ALARM = "dev-orders", "large-bodies", "dev-orders-late"
WORKER = ("dev", "orders")
_PROVIDERS: dict[str, Any] = vars(parameters)["DEFAULT_PROVIDERS"]
"""Powertools' clients for secrets and parameters."""
COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("status", WORKER),
    ("doctor", WORKER),
    ("logs", (*WORKER, "--since", "1h")),
    ("capacity", (*WORKER, "--from-logs", "1h", "--from-metrics", "1h")),
    ("send", (*WORKER, "--body", "x")),
    ("dlq triage", WORKER),
    ("dlq peek", WORKER),
    ("dlq drop", (*WORKER, "--limit", "1", "--yes", "1")),
    ("dlq redrive", (*WORKER, "--limit", "2")),
    ("dlq redrive", WORKER),
    ("dlq purge", (*WORKER, "--yes", f"{NAME}-dlq")),
    ("resume", WORKER),
    ("pause", WORKER),
    ("purge", (*WORKER, "--yes", NAME)),
)


@dataclass(frozen=True)
class Running:
    """An emulator that runs."""

    name: str
    endpoint: Endpoint


def run(emulator: Running, folder: Path) -> Recorder:
    """Deploy a worker to the emulator, use everything that calls AWS, and return the recorded calls."""
    recorder = Recorder()
    with recorder.installed():
        world = World(emulator, Project(folder / emulator.name))
        deployed = _deploy(world)
        with mock.patch.dict(os.environ, {**world.environment, "AWS_DEFAULT_REGION": REGION}, clear=True):
            _commands(world, deployed, recorder)
            _operations(world, deployed, recorder)
            _toolkit(world, deployed, recorder)
    return recorder


def _deploy(world: World) -> Deployed:
    """A worker whose parts make `doctor` read everything: a key, a managed policy, an alias and an alarm."""
    deployed = world.deploy()
    key = world.client("kms").create_key()["KeyMetadata"]["Arn"]
    world.client("sqs").set_queue_attributes(QueueUrl=deployed.queue, Attributes={"KmsMasterKeyId": key})
    iam = world.client("iam")
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": deployed.dead_letter_arn}
    managed = iam.create_policy(PolicyName="send", PolicyDocument=policy(send))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=f"{NAME}-function", PolicyArn=managed)
    functions = world.client("lambda")
    wait_for(lambda: functions.get_function_configuration(FunctionName=NAME)["State"] != "Pending", "the function is created")
    functions.publish_version(FunctionName=NAME)
    functions.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    invoke = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
    functions.add_permission(FunctionName=NAME, StatementId="x", **invoke)
    world.client("cloudwatch").put_metric_alarm(
        AlarmName=ALARM,
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": NAME}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=300,
        ComparisonOperator="GreaterThanThreshold",
    )
    world.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    world.client("secretsmanager").create_secret(Name="mail", SecretString="made-up")
    world.client("ssm").put_parameter(Name="/limit", Value="made-up", Type="SecureString")
    put(world, report(120))
    put_sent(world, 50)
    return deployed


def _commands(world: World, deployed: Deployed, recorder: Recorder) -> None:
    for name, arguments in COMMANDS:
        world.fill(deployed.dead_letter_queue, *"abcde")
        with recorder.by(name):
            result = world.run(*name.split(), *arguments)
        assert result.returncode in {0, 1}, f"{name}: {result.stderr}"
    elsewhere = world.project.folder / "elsewhere"
    elsewhere.mkdir()
    with recorder.by("status"):  # outside the project, workers are found by their tags
        world.run("status", *WORKER, "--region", REGION, folder=elsewhere)


def _operations(world: World, deployed: Deployed, recorder: Recorder) -> None:
    """Calls that commands make only if an earlier call succeeds, which not every emulator has."""
    functions, group = world.client("lambda"), DeploymentGroup(world.client("codedeploy"), NAME)
    sqs = world.client("sqs")
    version = functions.publish_version(FunctionName=NAME)["Version"]
    deployment = Deployment("d-1", "Created", 1, 2, is_return=False)
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("release", lambda: read_alias(functions, NAME, "live")),
        ("release", group.unfinished),
        ("release", lambda: group.create("live", 1, 2)),
        ("release", lambda: group.read("d-1")),
        ("release", lambda: group.stop(deployment)),
        ("release", lambda: group.codedeploy.batch_get_deployments(deploymentIds=["d-1"])),
        ("release", lambda: published_versions(functions, NAME)),
        ("release", lambda: functions.update_alias(FunctionName=NAME, Name="live", FunctionVersion=version)),
        ("dlq redrive", lambda: _start_and_cancel(sqs, deployed)),
        ("dlq redrive", lambda: sqs.cancel_message_move_task(TaskHandle="x")),
    ]
    world.fill(deployed.dead_letter_queue, *"abcde")
    for user, step in steps:
        with recorder.by(user), contextlib.suppress(ClientError, QueuesmithError):
            step()
    functions.delete_alias(FunctionName=NAME, Name="live")  # its version could not be deleted
    with recorder.by("release"):
        functions.delete_function(FunctionName=NAME, Qualifier=version)


def _start_and_cancel(sqs: Any, deployed: Deployed) -> None:
    request = {"SourceArn": deployed.dead_letter_arn, "DestinationArn": deployed.queue_arn, "MaxNumberOfMessagesPerSecond": 1}
    handle = sqs.start_message_move_task(**request)["TaskHandle"]
    assert latest_task(sqs, DeployedQueue(deployed.dead_letter_queue, deployed.dead_letter_arn)) is not None
    sqs.cancel_message_move_task(TaskHandle=handle)


def _handle(body: str) -> None:
    if body == "never":
        raise NonRetryable("it can never succeed")
    if body == "later":
        raise RuntimeError("it fails")


def _toolkit(world: World, deployed: Deployed, recorder: Recorder) -> None:
    settings = HandlerSettings.model_validate(
        {
            "WORKER_QUEUE_URL": deployed.queue,
            "WORKER_DEAD_LETTER_QUEUE_URL": deployed.dead_letter_queue,
            "WORKER_LARGE_MESSAGES_BUCKET": BUCKET,
            "WORKER_LARGE_MESSAGES_DELETE": True,
        }
    )
    producer: Producer[str] = Producer(str, deployed.queue, large_messages_bucket=BUCKET, max_message_size=1_024)
    with recorder.by("Producer"):
        producer.send("fine")
        producer.send_many(["never", "later", "x" * 2_000])
    records = list(_received(world, deployed))
    context: Any = FakeContext()
    with recorder.by("Worker"):
        response = Worker(str, _handle, settings)({"Records": records}, context)
    assert len(response["batchItemFailures"]) == 1, response
    secret = world.client("secretsmanager").describe_secret(SecretId="mail")["ARN"]
    parameter = f"arn:aws:ssm:{REGION}:000000000000:parameter/limit"
    with recorder.by("Secret"), mock.patch.dict(_PROVIDERS, clear=True):
        assert {Secret(arn).value for arn in (secret, parameter)} == {"made-up"}


def _received(world: World, deployed: Deployed) -> Iterator[dict[str, Any]]:
    """The records of the messages in the queue, as Lambda would pass them to the function."""
    request = {"MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    while found := world.client("sqs").receive_message(QueueUrl=deployed.queue, **request).get("Messages"):
        for message in found:
            attributes = {
                name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
                for name, value in message.get("MessageAttributes", {}).items()
            }
            yield {**record_of(message, deployed.queue_arn), "messageAttributes": attributes}
