"""`queuesmith release` against the emulator's Lambda and moto's CodeDeploy, which accepts deployments and never runs them.

The shift itself is in tests/unit/operator/test_release.py, with prepared responses: no emulator shifts an alias.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from queuesmith.aws import connection
from queuesmith.constructs.operator_permissions import COMMAND_PERMISSIONS, policy
from queuesmith.operations.function_versions import delete_old_versions, published_versions, read_alias
from tests.e2e.commands.faults import configuration
from tests.e2e.commands.test_permissions import parts
from tests.e2e.commands.world import REGION, Deployed, World
from tests.in_process import Result

DEPLOYMENT = '[workers.orders.function.deployment]\nstrategy = "canary"'
NAME = "dev-orders"
NOT_REACHED = {
    # only outside the project:
    "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "tag:GetResources", "lambda:ListEventSourceMappings",
    "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision",
    "codedeploy:GetDeploymentConfig",  # CodeDeploy checks these when a deployment is created
    # moto has no deployment that ends:
    "codedeploy:StopDeployment", "codedeploy:BatchGetDeployments", "lambda:UpdateAlias",
}  # fmt: skip
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def codedeploy(alarms_url: str, world: World) -> Any:
    """moto's CodeDeploy, with the worker's application and deployment group."""
    make_client: Any = boto3.client
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = make_client("codedeploy", region_name=REGION, endpoint_url=alarms_url, **keys)
    client.create_application(applicationName=NAME, computePlatform="Lambda")
    role = "arn:aws:iam::000000000000:role/dev-orders-release"
    client.create_deployment_group(applicationName=NAME, deploymentGroupName=NAME, serviceRoleArn=role)
    return client


@pytest.fixture(scope="module")
def released(world: World) -> Iterator[Deployed]:
    """A worker with two versions. Its alias is at the first one."""
    deployed, functions = world.deploy(), world.client("lambda")
    world.settle()
    functions.publish_version(FunctionName=NAME)
    functions.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    publish(world, deployed, 512)
    with world.dev_with(DEPLOYMENT):
        yield deployed


def publish(world: World, deployed: Deployed, memory: int) -> None:
    """Publish another version, with this memory."""
    configuration(MemorySize=memory)(world, deployed)
    world.settle()
    world.client("lambda").publish_version(FunctionName=NAME)


def move_alias(world: World, version: str, weights: dict[str, float]) -> None:
    routing = {"AdditionalVersionWeights": weights}
    world.client("lambda").update_alias(FunctionName=NAME, Name="live", FunctionVersion=version, RoutingConfig=routing)


@pytest.fixture
def run(world: World, released: Deployed, codedeploy: Any, alarms_url: str) -> Run:
    return lambda *options, **more: world.run("release", "dev", *options, **{"AWS_ENDPOINT_URL_CODEDEPLOY": alarms_url, **more})


@pytest.fixture(scope="module")
def releaser(world: World, released: Deployed) -> dict[str, str]:
    """A user who has only the policy `operator_release`. The emulator enforces it, moto does not."""
    return world.operator("releaser", [policy("release", parts(released))])


def test_alias_at_the_newest_version_has_nothing_to_release(world: World, run: Run, releaser: dict[str, str]) -> None:
    move_alias(world, "2", {})
    result = run(**releaser)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{NAME}: nothing to release, live is version 2\n", "")
    assert json.loads(run("--json").stdout)["outcome"] == "nothing_to_release"


def test_alias_with_two_versions_returns_to_its_own(world: World, run: Run, releaser: dict[str, str]) -> None:
    move_alias(world, "1", {"2": 0.1})
    refused = run()
    assert refused.returncode == 2
    assert "live of dev-orders sends 10 % of the invocations to version 2, but no deployment is in progress" in refused.stderr
    result = run("--roll-back", **releaser)
    assert (result.returncode, result.stdout) == (0, f"{NAME}: rolled back, live is version 1\n")
    assert read_alias(world.client("lambda"), NAME, "live").weights == {}


@pytest.mark.parametrize(
    ("options", "status", "text"),
    [
        (("--version", "9"), 2, "dev-orders has no version 9. Its versions are: 1, 2"),
        (("--roll-back",), 2, "No deployment has released version 1 of dev-orders, so the previous version is not known."),
        (("--roll-back", "--version", "1"), 2, "dev-orders cannot return: live already has version 1."),
        (("--roll-back", "--version", "9"), 2, "dev-orders cannot return: there is no longer a version 9."),
    ],
)
def test_version_that_cannot_be_released_is_refused(
    options: tuple[str, ...], status: int, text: str, run: Run, world: World
) -> None:
    move_alias(world, "1", {})
    result = run(*options)
    assert result.returncode == status
    assert text in result.stderr


def test_worker_without_a_deployment_is_refused(world: World, run: Run) -> None:
    text = (world.project.folder / "config" / "dev.toml").read_text()
    with world.project.edited("dev.toml", text.replace(DEPLOYMENT, "")):
        result = run()
    assert result.returncode == 2
    assert result.stderr == (
        "error: orders has no gradual deployments: Terraform releases each version. To change that, set "
        "workers.orders.function.deployment in config/dev.toml\n"
    )


def test_release_is_started_only_once(world: World, run: Run, codedeploy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    called: set[str] = set()

    def remember(params: Any, context: Any, model: Any, **_: Any) -> None:
        called.add(f"{model.service_model.signing_name}:{model.name}")

    monkeypatch.setattr(connection, "_store_parameters", remember)
    move_alias(world, "1", {})
    result = run("orders", "--detach")
    (started,) = codedeploy.list_deployments(applicationName=NAME, deploymentGroupName=NAME)["deployments"]
    assert (result.returncode, result.stdout) == (
        0,
        f"{NAME}: deployment {started} shifts live from version 1 to version 2\n",
    )
    assert result.stderr == (
        "CodeDeploy continues. To follow it: queuesmith release dev orders. To stop it and return: queuesmith release dev "
        "orders --roll-back\n"
    )
    info = codedeploy.get_deployment(deploymentId=started)["deploymentInfo"]
    assert info["description"] == "dev-orders live: version 1 to 2"
    (resource,) = json.loads(info["revision"]["appSpecContent"]["content"])["Resources"]
    assert resource["function"] == {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Name": NAME, "Alias": "live", "CurrentVersion": "1", "TargetVersion": "2"},
    }
    assert json.loads(run("--detach", "--json").stdout)["deployment"] == started  # the one in progress
    needed = {action for item in COMMAND_PERMISSIONS if item.role == "release" for action in item.actions}
    assert called - needed == set()
    assert needed - called - NOT_REACHED == set()


def test_old_versions_are_deleted_except_those_in_use(world: World, released: Deployed) -> None:
    functions = world.client("lambda")
    for memory in (640, 768, 896):
        publish(world, released, memory)
    move_alias(world, "2", {})
    assert published_versions(functions, NAME) == [1, 2, 3, 4, 5]
    assert delete_old_versions(functions, NAME, 2, {2}) == [1, 3]
    assert published_versions(functions, NAME) == [2, 4, 5]
