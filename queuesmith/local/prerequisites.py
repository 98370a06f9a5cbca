"""Creates the queues, topics, event buses, secrets and parameters on the emulator that workers use but the stack does not
create.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import error_code, is_not_found
from queuesmith.common.queue_names import is_fifo
from queuesmith.local.emulator import Endpoint

if TYPE_CHECKING:
    from queuesmith.settings import ExistingQueueSettings, WorkerSettings
    from queuesmith.settings.environment import EnvironmentSettings

_ACCOUNT = "000000000000"
"""The emulator's account."""
PLACEHOLDER = "value-on-the-emulator"
"""The value of secrets and parameters, whose real values are unknown here. It is unusual, because the log masks secrets."""
_SOURCE_ACCOUNT = r"aws:SourceAccount\":\""
"""The text before an account in a queue's policy, which is a JSON string in the stack's JSON."""


@dataclass(frozen=True)
class Prerequisites:
    """Resources that workers use and the stack does not create."""

    created: list[str] = field(default_factory=list)
    """What was created: `queue theirs`, `topic shop`, `event bus shop`, `secret shop/smtp` or `parameter /shop/limit`."""
    replacements: dict[str, str] = field(default_factory=dict)
    """Texts in the stack's JSON, such as ARNs and URLs, and what replaces them on the emulator."""


def create_prerequisites(settings: EnvironmentSettings, endpoint: Endpoint) -> Prerequisites:
    """Create missing resources: existing queues and destination queues of workers, topics and event buses that they receive
    from or publish to, and secrets and parameters that they read. boto3's exceptions propagate.
    """
    creator = _Creator(settings, endpoint)
    workers = settings.workers.values()
    for worker in workers:
        creator.create_queues_topics_and_buses(worker)
    for secret in (secret for worker in workers for secret in worker.secrets.values()):
        creator.create_secret(secret.name)
    for parameter in (parameter for worker in workers for parameter in worker.parameters.values()):
        creator.create_parameter(parameter.name)
    return creator.result


class _Creator:
    """Creates missing resources, and records them in `result`."""

    def __init__(self, settings: EnvironmentSettings, endpoint: Endpoint) -> None:
        self.result = Prerequisites()
        self._region, self._endpoint = settings.region, endpoint
        own = [worker for worker in settings.workers.values() if worker.existing_queue is None]
        self._of_the_stack = {name for worker in own for name in (worker.queue_name, worker.dead_letter_name)}

    def create_queues_topics_and_buses(self, worker: WorkerSettings) -> None:
        """Create the resources that a worker receives from and sends to."""
        if worker.existing_queue is not None:
            self.create_existing_queue(worker.existing_queue)
        for queue in worker.queues.values():
            self.create_queue(queue.arn)
        for source in worker.producers.topics.values():
            self.create_topic(source.arn)
        for topic in worker.topics.values():
            self.create_topic(topic.arn)
        for rule in worker.producers.rules.values():
            if rule.event_bus != "default":
                self.create_event_bus(rule.event_bus)

    def create_existing_queue(self, queue: ExistingQueueSettings) -> None:
        """Create a worker's existing queue, with the attributes in the settings."""
        attributes = {}
        if queue.visibility_timeout is not None:
            attributes["VisibilityTimeout"] = str(queue.visibility_timeout)
        if queue.dead_letter_queue_arn is not None:
            self.create_queue(queue.dead_letter_queue_arn)
            target = {"deadLetterTargetArn": _local(queue.dead_letter_queue_arn)}
            attributes["RedrivePolicy"] = json.dumps({**target, "maxReceiveCount": queue.max_receive_count or 5})
        self.create_queue(queue.arn, attributes)

    def create_queue(self, arn: str, attributes: dict[str, str] | None = None) -> None:
        """Create a queue, unless the stack creates it."""
        from queuesmith.settings.arns import name_of, queue_url, region_of

        name = name_of(arn)
        local = f"{self._endpoint.url}/{_ACCOUNT}/{name}"
        self.result.replacements.update({arn: _local(arn), queue_url(arn): local})
        if region_of(arn) == self._region and name in self._of_the_stack:
            return  # Terraform creates it
        sqs = self._client("sqs", arn)
        try:
            sqs.get_queue_url(QueueName=name)
        except ClientError as error:
            if not is_not_found(error):
                raise
            fifo = {"FifoQueue": "true"} if is_fifo(name) else {}
            sqs.create_queue(QueueName=name, Attributes={**(attributes or {}), **fifo})
            self.result.created.append(f"queue {name}")

    def create_topic(self, arn: str) -> None:
        """Create a topic. The queue's policy that allows it to send also contains its account, which is replaced."""
        account, name = arn.split(":")[4:]
        self.result.replacements.update({arn: _local(arn), f"{_SOURCE_ACCOUNT}{account}": f"{_SOURCE_ACCOUNT}{_ACCOUNT}"})
        sns = self._client("sns", arn)
        try:
            sns.get_topic_attributes(TopicArn=_local(arn))
        except ClientError as error:
            if not is_not_found(error) and error_code(error) != "NotFound":
                raise
            sns.create_topic(Name=name, Attributes={"FifoTopic": "true"} if is_fifo(name) else {})
            self.result.created.append(f"topic {name}")

    def create_event_bus(self, name_or_arn: str) -> None:
        """Create an event bus. Rules refer to it by name or ARN."""
        name = name_or_arn.rpartition("/")[2]
        if name != name_or_arn:
            self.result.replacements[name_or_arn] = _local(name_or_arn)
        events = self._client("events", name_or_arn)
        if not any(bus["Name"] == name for bus in events.list_event_buses(NamePrefix=name)["EventBuses"]):
            events.create_event_bus(Name=name)
            self.result.created.append(f"event bus {name}")

    def create_secret(self, name: str | None) -> None:
        """Create a secret with a placeholder as its value.

        A secret that is given by its ARN is not created, because another account can own it.
        """
        if name and _is_created(self._client("secretsmanager").create_secret, Name=name, SecretString=PLACEHOLDER):
            self.result.created.append(f"secret {name}")

    def create_parameter(self, name: str | None) -> None:
        """Create a parameter in plain text, which can be read with and without decryption."""
        if name and _is_created(self._client("ssm").put_parameter, Name=name, Value=PLACEHOLDER, Type="String"):
            self.result.created.append(f"parameter {name}")

    def _client(self, service: str, name_or_arn: str = "") -> Any:
        region = name_or_arn.split(":")[3] if name_or_arn.startswith("arn:") else self._region
        return self._endpoint.client(service, region)


def _local(arn: str) -> str:
    """The same ARN in the emulator's account."""
    fields = arn.split(":", 5)
    return ":".join([*fields[:4], _ACCOUNT, fields[5]])


def _is_created(create: Any, **arguments: str) -> bool:
    """Create a resource. Returns False if it exists."""
    try:
        create(**arguments)
    except ClientError as error:
        if error_code(error) not in {"ResourceExistsException", "ParameterAlreadyExists"}:
            raise
        return False
    return True
