"""The worker with the most permissions, one message at a time, and its role: with one statement removed or added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.faults.lane import Lane, own_number
from tests.faults.world import REGION, World
from tests.records import record_of
from tests.sample_orders import order

ACCOUNT = "000000000000"
"""The emulator's account."""
KEY = f"keeper{own_number()}"
NAME = f"prove-{KEY}"
ROLE = f"{NAME}-function"


@dataclass(frozen=True)
class InvocationResult:
    """The result of one invocation with one message."""

    failed: bool
    lines: list[dict[str, Any]]
    """The lines that it logged."""
    order_id: str

    def says(self, text: str) -> bool:
        return any(text in json.dumps(line) for line in self.lines)


class Keeper:
    """Passes one message of its queue at a time to the function, as the mapping would. The mapping itself is disabled."""

    def __init__(self, world: World) -> None:
        self.world, self.lane = world, Lane(world, KEY)
        self.lane.reset()
        self.lane.configure("keeper.lambda_handler")
        self.iam = world.client("iam")
        (self.policy_name,) = self.iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
        self.document = self.iam.get_role_policy(RoleName=ROLE, PolicyName=self.policy_name)["PolicyDocument"]

    def work(self, how: str = "ok:0") -> InvocationResult:
        """Send an order, receive it, and let a new process of the function process it."""
        self.lane.reconfigure(RUN=uuid4().hex)  # a process caches the secrets that it has read
        self.wait_until_updated()
        order_id = f"keeper-{uuid4().hex[:8]}"
        body = json.dumps({**order(1), "order_id": order_id, "customer_id": how})
        sqs = self.lane.sqs
        sqs.send_message(QueueUrl=self.lane.queue_url, MessageBody=body)
        (message,) = sqs.receive_message(QueueUrl=self.lane.queue_url, WaitTimeSeconds=5, AttributeNames=["All"])["Messages"]
        event = {"Records": [record_of(message, self.lane.queue.arn)]}
        answer = self.lane.functions.invoke(FunctionName=self.lane.function, Payload=json.dumps(event))
        result = json.load(answer["Payload"])
        sqs.purge_queue(QueueUrl=self.lane.queue_url)
        assert "batchItemFailures" in result, result
        return InvocationResult(bool(result["batchItemFailures"]), self._logged(message["MessageId"]), order_id)

    def _logged(self, message_id: str) -> list[dict[str, Any]]:
        """The handler's log lines about a message."""
        pages = self.world.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{NAME}")
        texts = (event["message"] for page in pages for event in page["events"])
        return [json.loads(text) for text in texts if text.startswith("{") and message_id in text]

    @contextmanager
    def without(self, action: str) -> Iterator[None]:
        """Remove one action from the role."""
        statements = []
        for statement in self.document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            rest = [each for each in actions if each != action]
            statements += [{**statement, "Action": rest}] if rest else []
        assert statements != self.document["Statement"], f"the role has no {action}"
        with self._policy({**self.document, "Statement": statements}):
            yield

    @contextmanager
    def with_added(self, action: str, resource: str) -> Iterator[None]:
        """Allow the role one more action."""
        more = {"Effect": "Allow", "Action": action, "Resource": resource}
        with self._policy({**self.document, "Statement": [*self.document["Statement"], more]}):
            yield

    @contextmanager
    def _policy(self, document: dict[str, Any]) -> Iterator[None]:
        put = self.iam.put_role_policy
        put(RoleName=ROLE, PolicyName=self.policy_name, PolicyDocument=json.dumps(document))
        try:
            yield
        finally:
            put(RoleName=ROLE, PolicyName=self.policy_name, PolicyDocument=json.dumps(self.document))

    def as_role(self, service: str) -> Any:
        """A client with the role's own credentials. The emulator lets root assume any role, AWS would not."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
        keys = self.world.client("sts").assume_role(RoleArn=arn, RoleSessionName="prove")["Credentials"]
        return self.world.client(
            service,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    def receive(self) -> str:
        """Let root receive a message of the queue. Returns its receipt handle."""
        self.lane.sqs.send_message(QueueUrl=self.lane.queue_url, MessageBody="x")
        received = self.lane.sqs.receive_message(QueueUrl=self.lane.queue_url, WaitTimeSeconds=5)
        handle: str = received["Messages"][0]["ReceiptHandle"]
        return handle

    def wait_until_updated(self) -> None:
        """Wait until the function has its latest configuration: before that, an invocation can use the previous one."""
        self.lane.functions.get_waiter("function_updated_v2").wait(FunctionName=NAME, WaiterConfig={"Delay": 1})


def arn(service: str, resource: str) -> str:
    """The ARN of a resource in the emulator."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
