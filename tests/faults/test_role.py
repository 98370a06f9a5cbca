"""Least privilege, from inside: the function's role needs every action that it has, proved one action at a time."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from queuesmith.rules.iam.actions import CONSUMER_ACTIONS
from queuesmith.settings.derived.permissions import LOG_ACTIONS, NETWORK_ACTIONS
from tests.conftest import python_of
from tests.e2e.cloud import make_role
from tests.environments import synthesized
from tests.faults.keeper import ACCOUNT, NAME, ROLE, Keeper, arn
from tests.faults.lane import own_number
from tests.faults.world import World

CALLED_BY_THE_HANDLER = {
    "dynamodb:PutItem": ("ok:0", "when calling the PutItem operation"),
    "sqs:SendMessage": ("never:1000", "The copy could not be sent to the DLQ: ClientError: An error occurred (AccessDenied)"),
    "sqs:ChangeMessageVisibility": ("raises:1000", "when calling the ChangeMessageVisibility operation"),
    "secretsmanager:GetSecretValue": ("secret", "when calling the GetSecretValue operation"),
    "ssm:GetParameter": ("parameter", "when calling the GetParameter operation"),
    "kms:GenerateDataKey": ("key", "when calling the GenerateDataKey operation"),
}
"""The order that uses the action, and the log line if the action is denied."""


def test_role_allows_everything_that_the_handler_does(keeper: Keeper) -> None:
    for how in ("ok:0", "secret", "parameter", "key"):
        ended = keeper.work(how)
        assert not ended.failed, ended.lines
        assert ended.order_id in keeper.world.orders()
    assert not keeper.work("never:1000").failed
    assert keeper.work("raises:1000").says("retry_after")


@pytest.mark.parametrize("action", CALLED_BY_THE_HANDLER)
def test_handler_fails_without_any_one_of_its_actions(action: str, keeper: Keeper) -> None:
    how, sign = CALLED_BY_THE_HANDLER[action]
    with keeper.without(action):
        ended = keeper.work(how)
    assert ended.failed
    assert ended.says(sign), ended.lines
    assert ended.says("AccessDenied")


def _log(keeper: Keeper) -> None:
    logs, group = keeper.as_role("logs"), f"/aws/lambda/{NAME}"
    logs.create_log_stream(logGroupName=group, logStreamName=uuid4().hex)


def _put_log(keeper: Keeper) -> None:
    group, name = f"/aws/lambda/{NAME}", uuid4().hex
    keeper.world.client("logs").create_log_stream(logGroupName=group, logStreamName=name)
    events = [{"timestamp": 1_790_000_000_000, "message": "x"}]
    keeper.as_role("logs").put_log_events(logGroupName=group, logStreamName=name, logEvents=events)


def _decrypt(keeper: Keeper) -> None:
    blob = keeper.world.client("kms").encrypt(KeyId=keeper.world.key, Plaintext=b"x")["CiphertextBlob"]
    keeper.as_role("kms").decrypt(CiphertextBlob=blob)


def _delete(keeper: Keeper) -> None:
    keeper.as_role("sqs").delete_message(QueueUrl=keeper.lane.queue_url, ReceiptHandle=keeper.receive())


CALLED_FOR_IT: dict[str, Callable[[Keeper], Any]] = {
    "sqs:ReceiveMessage": lambda keeper: keeper.as_role("sqs").receive_message(QueueUrl=keeper.lane.queue_url),
    "sqs:DeleteMessage": _delete,
    "sqs:GetQueueAttributes": lambda keeper: keeper.as_role("sqs").get_queue_attributes(
        QueueUrl=keeper.lane.queue_url, AttributeNames=["All"]
    ),
    "logs:PutLogEvents": _put_log,
    "logs:CreateLogStream": _log,
    "kms:Decrypt": _decrypt,
}
"""What Lambda and Secrets Manager call with the role. The emulator does not check those calls, so they are made here."""
SIMULATED = {"ssm:GetParameters"}
"""Several parameters in one call, which this handler does not read. The emulator and AWS check it on different resources."""


@pytest.mark.parametrize("action", CALLED_FOR_IT)
def test_each_action_of_lambda_itself_is_allowed(action: str, keeper: Keeper) -> None:
    with keeper.without(action), pytest.raises(ClientError, match="AccessDenied"):
        CALLED_FOR_IT[action](keeper)
    CALLED_FOR_IT[action](keeper)


def test_every_permission_of_the_role_is_tested_here(keeper: Keeper) -> None:
    statements = keeper.document["Statement"]
    actions = {one for item in statements for one in ([item["Action"]] if isinstance(item["Action"], str) else item["Action"])}
    assert actions == {*CALLED_BY_THE_HANDLER, *CALLED_FOR_IT, *SIMULATED}
    assert all(item["Resource"] != "*" for item in statements)


def managed_policies() -> dict[str, set[str]]:
    """The actions of AWS's managed policies for functions, as moto copies them from AWS."""
    code = (
        "import json; from moto.iam.aws_managed_policies import aws_managed_policies_data as data; "
        "print(json.dumps({name: one['Document'] for name, one in json.loads(data).items() if name.startswith('AWS')}))"
    )
    shown = subprocess.run([python_of("alarms"), "-c", code], capture_output=True, text=True, check=True)
    return {
        name: {action for item in document["Statement"] for action in item["Action"]}
        for name, document in json.loads(shown.stdout).items()
        if name in {"AWSLambdaSQSQueueExecutionRole", "AWSXRayDaemonWriteAccess", "AWSLambdaVPCAccessExecutionRole"}
    }


def test_lambdas_permissions_are_those_that_aws_documents() -> None:
    documented = managed_policies()
    log_group = {"logs:CreateLogGroup"}  # the stack creates the log group, with its retention period
    sampling = {
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    }  # used by the daemon, not for segments
    assert {*CONSUMER_ACTIONS, *LOG_ACTIONS} == documented["AWSLambdaSQSQueueExecutionRole"] - log_group
    assert {*NETWORK_ACTIONS, *LOG_ACTIONS} == documented["AWSLambdaVPCAccessExecutionRole"] - log_group
    assert {"xray:PutTraceSegments", "xray:PutTelemetryRecords"} == documented["AWSXRayDaemonWriteAccess"] - sampling


@pytest.fixture(scope="module")
def vpc_role(world: World, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A role with the policy of a traced worker in a VPC. Returns its ARN. The emulator can run neither."""
    policies = synthesized("standard", tmp_path_factory.mktemp("networked"))["resource"]["aws_iam_role_policy"]
    (policy,) = (each["policy"] for each in policies.values() if "ec2:CreateNetworkInterface" in each["policy"])
    return make_role(world.client("iam"), f"prove-networked-{uuid4().hex[:8]}", *json.loads(policy)["Statement"])


def simulate(world: World, role: str, actions: list[str]) -> dict[str, str]:
    """IAM's own decision for each action: `allowed`, `implicitDeny` or `explicitDeny`."""
    found = world.client("iam").simulate_principal_policy(PolicySourceArn=role, ActionNames=actions)
    return {result["EvalActionName"]: result["EvalDecision"] for result in found["EvaluationResults"]}


def test_only_network_interfaces_and_traces_are_added(world: World, vpc_role: str) -> None:
    needed = [*NETWORK_ACTIONS, "xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    assert set(simulate(world, vpc_role, needed).values()) == {"allowed"}
    others = ["ec2:RunInstances", "ec2:CreateSecurityGroup", "xray:GetTraceSummaries", "iam:PassRole", "lambda:InvokeFunction"]
    assert set(simulate(world, vpc_role, others).values()) == {"implicitDeny"}


def test_simulator_uses_the_role_of_the_handler(keeper: Keeper) -> None:
    """A cross-check: if the simulator and the enforced calls disagree, neither proves anything."""
    role = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
    expected = {
        ("sqs:ReceiveMessage", arn("sqs", NAME)): "allowed",
        ("sqs:ReceiveMessage", arn("sqs", "prove-stranger")): "implicitDeny",
        ("sqs:SendMessage", arn("sqs", NAME)): "implicitDeny",
        ("ssm:GetParameters", arn("ssm", f"parameter/prove/limit{own_number()}")): "allowed",
        ("ssm:GetParameters", arn("ssm", "parameter/prove/other")): "implicitDeny",
    }
    for (action, resource), decision in expected.items():
        (found,) = keeper.world.client("iam").simulate_principal_policy(
            PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource]
        )["EvaluationResults"]
        assert found["EvalDecision"] == decision, (action, resource)
