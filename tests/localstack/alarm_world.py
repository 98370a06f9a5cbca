"""A stack with alarms, applied by Terraform to LocalStack. Its functions and their roles are applied to ministack, because
LocalStack's Lambda needs Docker. Tests move CloudWatch's clock.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from queuesmith.local.emulator import Emulator
from queuesmith.local.stack_copy import SERVICES, copy_stack
from queuesmith.local.user_settings import terraform_environment
from tests.conftest import CACHE, FAKE_PACKAGE, Project, python_of
from tests.localstack.server import ACCOUNT, REGION, LocalStack
from tests.terraform_cli import TerraformInTests, packages_of
from tests.waiting import wait_for

CONFIG = Path(__file__).with_name("config")
ON_LOCALSTACK = ("cloudwatch", "kms", "sns", "sqs")
"""The services that alarms need. The others are on ministack."""
ALARM_TOPIC, PAGING_TOPIC = "alarms-alarms", "on-call"
"""The topic that the stack creates, and the one that its settings name."""


class AlarmServer(LocalStack):
    """LocalStack with a CloudWatch whose clock stands still until `POST /_test/minute`."""

    launcher = Path(__file__).with_name("cloudwatch_launcher.py")

    def _environment(self) -> dict[str, str]:
        never = {"SQS_CLOUDWATCH_METRICS_REPORT_INTERVAL": "86400"}  # the launcher publishes them at the end of each minute
        return {**super()._environment(), **never, "SQS_ENDPOINT_STRATEGY": "off"}  # the provider accepts only such URLs


@dataclass(frozen=True)
class Metric:
    """A metric in CloudWatch."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Change:
    """A change of an alarm's state."""

    minute: int
    """The time of CloudWatch, in minutes since its start."""
    alarm: str
    state: str


@dataclass
class AlarmWorld:
    """The applied stack, its metrics, and the states of its alarms over time."""

    localstack: LocalStack
    emulator: Emulator
    outputs: dict[str, Any]
    minute: int = 0
    time: datetime | None = None
    """The time of CloudWatch."""
    states: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    levels: dict[Metric, tuple[float, ...]] = field(default_factory=dict)
    """The values that AWS would publish in each minute."""
    samples: dict[Metric, tuple[float, ...]] = field(default_factory=dict)
    """Values that are published in one of five minutes, so that any five minutes have exactly these."""

    def __post_init__(self) -> None:
        self.cloudwatch, self.sqs = self.localstack.client("cloudwatch"), self.localstack.client("sqs")
        self.inboxes = {topic: self._subscribed(topic) for topic in (ALARM_TOPIC, PAGING_TOPIC)}
        """The URLs of the queues that receive what the topics deliver."""

    def next_minute(self) -> None:
        """Publish the metrics of this minute, move the clock to the next one, and note the alarms whose state changes."""
        self._publish()
        request = urllib.request.Request(f"{self.localstack.url}/_test/minute", method="POST")  # noqa: S310
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            told = json.load(answer)
        self.time, self.minute = datetime.fromisoformat(told["time"]), self.minute + 1
        for name, state in told["states"].items():
            if self.states.get(name) != state:
                self.states[name] = state
                self.changes.append(Change(self.minute, name, state))

    def alarms(self) -> list[dict[str, Any]]:
        """All alarms, also the composite ones, as CloudWatch describes them."""
        found = self.cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return [*found["MetricAlarms"], *found["CompositeAlarms"]]

    def client(self, service: str) -> Any:
        """A client of a service on ministack."""
        return self.emulator.endpoint.client(service, REGION)

    def notifications(self, topic: str, expected: int) -> list[dict[str, Any]]:
        """What the topic has delivered: the subject, and the message as an object. Waits until there are `expected`."""
        received: list[dict[str, Any]] = []

        def all_arrived() -> bool:
            found = self.sqs.receive_message(QueueUrl=self.inboxes[topic], MaxNumberOfMessages=10, VisibilityTimeout=600)
            received.extend(json.loads(message["Body"]) for message in found.get("Messages", []))
            return len(received) >= expected and "Messages" not in found

        wait_for(all_arrived, f"{topic} has delivered {expected} messages", pause=0)
        return [{"subject": each["Subject"], **json.loads(each["Message"])} for each in received]

    def _publish(self) -> None:
        namespaces: dict[str, list[dict[str, Any]]] = {}
        for metric, values in {**self.levels, **(self.samples if self.minute % 5 == 0 else {})}.items():
            dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
            data = {"MetricName": metric.name, "Dimensions": dimensions, "Values": list(values)}
            namespaces.setdefault(metric.namespace, []).append(data)
        for namespace, metrics in namespaces.items():
            self.cloudwatch.put_metric_data(Namespace=namespace, MetricData=metrics)

    def _subscribed(self, topic: str) -> str:
        url: str = self.sqs.create_queue(QueueName=f"inbox-of-{topic}")["QueueUrl"]
        arns = {
            "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:{topic}",
            "Endpoint": f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox-of-{topic}",
        }
        self.localstack.client("sns").subscribe(Protocol="sqs", **arns)
        return url


@contextmanager
def applied_alarms(folder: Path) -> Iterator[AlarmWorld]:
    """Synthesize the environment `alarms` of this folder's settings, and apply it."""
    project = Project(folder / "project", CONFIG)
    result = project.run("alarms")
    assert result.returncode == 0, result.stderr
    package, stack = folder / "package.zip", project.output / "stacks" / "alarms"
    package.write_bytes(FAKE_PACKAGE)
    with AlarmServer(python_of("localstack")) as localstack, Emulator(python_of("emulator")) as emulator:
        localstack.client("sns").create_topic(Name=PAGING_TOPIC)
        endpoints = {**dict.fromkeys(SERVICES, emulator.endpoint.url), **dict.fromkeys(ON_LOCALSTACK, localstack.url)}
        copy_stack(stack, folder / "stack", endpoints, packages_of(stack, package))
        in_parallel = {"TF_CLI_ARGS_apply": "-parallelism=100"}  # the provider waits 25 s for each queue
        environment = {**terraform_environment(emulator.endpoint), **in_parallel}
        terraform = TerraformInTests(folder / "stack", CACHE, environment=environment)
        terraform.init()
        terraform.apply()
        yield AlarmWorld(localstack, emulator, terraform.outputs())
