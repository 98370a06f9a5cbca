"""A release from its start to its end. No emulator shifts an alias, so the responses are prepared: botocore validates them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from queuesmith.common.errors import AwsError, NotFoundError, UsageError
from queuesmith.common.signals import Stop
from queuesmith.operations.deployments import Deployment
from queuesmith.operations.function_versions import AliasState
from tests.unit.operator.release_account import FIRING, Account, release_account

RELEASED = Deployment("d-1", "Created", 7, 8)
NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def account() -> Iterator[Account]:
    with release_account() as account:
        yield account


def test_a_release_is_followed_to_its_end(account: Account) -> None:
    seen: list[tuple[str, int]] = []
    for weight, status in ((0.0, "InProgress"), (0.1, "InProgress")):
        account.alias(7, **({"v8": weight} if weight else {}))
        account.deployment(status)
    account.alias(7, v8=0.1)
    account.deployment("Succeeded")
    account.alias(8)

    def on_progress(deployment: Deployment, state: AliasState) -> None:
        seen.append((deployment.status, state.percent(8)))

    result = account.release.follow(RELEASED, on_progress=on_progress, poll=0)
    assert seen == [("Created", 0), ("InProgress", 10), ("InProgress", 10), ("Succeeded", 100)]
    assert (result.outcome, result.alias_version, result.from_version, result.to_version) == ("released", 8, 7, 8)


def test_release_that_an_alarm_stops_ends_when_its_rollback_has_ended(account: Account) -> None:
    account.alias(7, v8=0.1)
    account.deployment("Stopped", errorInformation={"message": FIRING}, rollbackInfo={"rollbackDeploymentId": "d-2"})
    account.alias(7, v8=0.1)
    account.deployment("InProgress", "d-2", description="", creator="codeDeployRollback")
    account.alias(7, v8=0.1)
    account.deployment("Succeeded", "d-2", description="", creator="codeDeployRollback")
    account.alias(7)
    result = account.release.follow(RELEASED, poll=0)
    assert (result.outcome, result.alias_version, result.reason, result.deployment) == ("rolled_back", 7, FIRING, "d-1")


@pytest.mark.parametrize(
    ("status", "version", "weights", "outcome"),
    [
        ("Failed", 7, {}, "rolled_back"),  # it never shifted anything
        ("Failed", 7, {"v8": 0.1}, "failed"),
        ("Failed", 6, {}, "failed"),  # CodeDeploy has returned to another version
        ("Succeeded", 9, {}, "failed"),  # another tool has moved the alias
        ("Succeeded", 8, {"v7": 0.1}, "failed"),
    ],
)
def test_outcome_says_what_the_alias_does(
    status: str, version: int, weights: dict[str, float], outcome: str, account: Account
) -> None:
    account.alias(version, **weights)
    assert account.release.follow(Deployment("d-1", status, 7, 8), poll=0).outcome == outcome


@pytest.mark.parametrize(("status", "version", "outcome"), [("Succeeded", 7, "rolled_back"), ("Failed", 8, "failed")])
def test_return_to_a_version_is_a_rollback(status: str, version: int, outcome: str, account: Account) -> None:
    account.alias(version)
    assert account.release.follow(Deployment("d-3", status, 8, 7, is_return=True), poll=0).outcome == outcome


def test_deployment_of_another_tool_is_followed(account: Account) -> None:
    account.alias(8)
    result = account.release.follow(Deployment("d-1", "Succeeded"), poll=0)
    assert (result.outcome, result.alias_version, result.to_version) == ("released", 8, None)


def test_rollback_of_codedeploy_itself_is_not_a_release(account: Account) -> None:
    account.unfinished("d-2")
    account.deployment("InProgress", "d-2", description="", creator="codeDeployRollback")
    deployment = account.release.start()
    assert deployment is not None
    account.alias(7, v8=0.1)
    account.deployment("Succeeded", "d-2", description="", creator="codeDeployRollback")
    account.alias(7)
    assert account.release.follow(deployment, poll=0).outcome == "rolled_back"


def test_stop_leaves_the_deployment_in_progress(account: Account) -> None:
    stop = Stop()
    stop.set()
    account.alias(7, v8=0.1)
    assert account.release.follow(RELEASED, stop=stop).outcome == "in_progress"


def test_rollback_stops_the_deployment_in_progress(account: Account) -> None:
    account.unfinished("d-1")
    account.deployment("InProgress")
    account.codedeploy.add_response(
        "stop_deployment", {"status": "Pending"}, {"deploymentId": "d-1", "autoRollbackEnabled": True}
    )
    deployment = account.release.roll_back()
    assert deployment == Deployment("d-1", "InProgress", 7, 8)


def successful(account: Account, *versions: str) -> None:
    """Successful deployments, the newest last."""
    ids = [f"d-{number}" for number, _ in enumerate(versions)]
    account.codedeploy.add_response(
        "list_deployments",
        {"deployments": ids},
        {"applicationName": "prod-orders", "deploymentGroupName": "prod-orders", "includeOnlyStatuses": ["Succeeded"]},
    )
    infos = [
        {
            "deploymentId": name,
            "status": "Succeeded",
            "createTime": NOW + timedelta(hours=hour),
            "description": f"x: version {each}",
        }
        for hour, (name, each) in enumerate(zip(ids, versions, strict=True))
    ]
    account.codedeploy.add_response("batch_get_deployments", {"deploymentsInfo": infos}, {"deploymentIds": ids})


def test_rollback_after_a_release_returns_to_the_version_before_it(account: Account) -> None:
    account.unfinished()
    account.alias(8)
    successful(account, "5 to 8", "8 to 7", "7 to 8", "9 back to 8")
    account.versions(7, 8)
    created: dict[str, Any] = {}
    account.release.codedeploy.meta.events.register(
        "before-parameter-build.codedeploy.CreateDeployment", lambda params, **_: created.update(params)
    )
    account.codedeploy.add_response("create_deployment", {"deploymentId": "d-9"})
    deployment = account.release.roll_back()
    assert deployment == Deployment("d-9", "Created", 8, 7, is_return=True)
    assert created["description"] == "prod-orders live: version 8 back to 7"
    assert created["deploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"
    assert created["overrideAlarmConfiguration"] == {"enabled": False, "alarms": []}


def test_rollback_of_a_deployment_that_has_just_ended_is_a_new_one(account: Account) -> None:
    account.unfinished("d-1")
    account.deployment("InProgress")
    account.codedeploy.add_client_error("stop_deployment", "DeploymentAlreadyCompletedException")
    account.alias(8)
    successful(account, "7 to 8")
    account.versions(8)
    with pytest.raises(UsageError, match=r"prod-orders cannot return: there is no longer a version 7\. Specify another one"):
        account.release.roll_back()


def test_unknown_previous_version_must_be_specified(account: Account) -> None:
    account.unfinished()
    account.alias(8)
    successful(account, "8 to 9")
    with pytest.raises(UsageError, match="No deployment has released version 8 of prod-orders, so the previous version is not"):
        account.release.roll_back()


@pytest.mark.parametrize("code", ["ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException"])
def test_missing_deployment_group_is_reported(code: str, account: Account) -> None:
    account.codedeploy.add_client_error("list_deployments", code)
    with pytest.raises(NotFoundError) as error:
        account.release.start()
    assert str(error.value) == (
        "CodeDeploy has no application and deployment group prod-orders. Set function.deployment, and deploy"
    )


def test_alias_that_was_left_with_two_versions_is_not_released_from(account: Account) -> None:
    account.unfinished()
    account.alias(7, v8=0.1)
    account.versions(7, 8)
    with pytest.raises(UsageError) as error:
        account.release.start()
    assert str(error.value) == (
        "live of prod-orders sends 10 % of the invocations to version 8, but no deployment is in progress. Return to version 7 "
        "first: --roll-back"
    )


@pytest.mark.parametrize(("code", "status"), [("400", 400), ("404", 404), ("InvalidAction", 400), ("InternalFailure", 501)])
def test_an_endpoint_without_codedeploy_is_named(account: Account, code: str, status: int) -> None:
    account.codedeploy.add_client_error("list_deployments", code, http_status_code=status)
    with pytest.raises(AwsError, match=r"https://.* has no CodeDeploy, so prod-orders cannot be released there\."):
        account.release.group.unfinished()
