"""`queuesmith release` from its arguments to its output and exit status, with prepared responses of AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partialmethod
from pathlib import Path

import pytest

from queuesmith.aws.connection import Connection
from queuesmith.operations import Release
from tests import in_process
from tests.conftest import Project
from tests.unit.operator.release_account import FIRING, Account, release_account


@pytest.fixture
def account() -> Iterator[Account]:
    with release_account() as account:
        yield account


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., in_process.Result]:
    """`queuesmith release`, with an account's clients and without delays."""
    monkeypatch.setattr(Release, "follow", partialmethod(Release.follow, poll=0))
    named = ("--function", "prod-orders:live")

    def run(account: Account, *options: str, worker: Sequence[str] = named, folder: Path = tmp_path) -> in_process.Result:
        monkeypatch.setattr(Connection, "client", lambda _, service: account.clients[service])
        return in_process.queuesmith("release", *worker, *options, folder=folder)

    return run


def started(account: Account) -> None:
    """A release that has started: the alias has version 7, and 8 is the newest."""
    account.unfinished()
    account.alias(7)
    account.versions(7, 8)
    account.codedeploy.add_response("create_deployment", {"deploymentId": "d-1"})
    account.alias(7)


def test_command_reports_a_release(account: Account, run: Callable[..., in_process.Result]) -> None:
    started(account)
    account.deployment("InProgress")
    account.alias(7, v8=0.1)
    account.deployment("Succeeded")
    account.alias(8)
    account.unfinished()  # it looks for a version that was published in the meantime
    account.alias(8)
    account.versions(7, 8)
    result = run(account)
    assert (result.returncode, result.stdout) == (0, "prod-orders: released, live is version 8\n")
    assert result.stderr.splitlines() == [
        "Deployment d-1 shifts live of prod-orders from version 7 to version 8 …",
        "Shifted %: 0/100 (Created)",
        "Shifted %: 100/100 (Succeeded)",
        "To return to version 7: queuesmith release --function prod-orders:live --roll-back",
    ]


def test_command_has_its_own_exit_status_for_a_rollback(account: Account, run: Callable[..., in_process.Result]) -> None:
    started(account)
    account.deployment("Stopped", errorInformation={"message": FIRING})
    account.alias(7)
    result = run(account, "--json")
    assert result.returncode == 3
    assert json.loads(result.stdout) == {
        "version": 2, "function": "prod-orders", "alias": "live", "outcome": "rolled_back", "alias_version": 7,
        "from_version": 7, "to_version": 8, "deployment": "d-1", "reason": FIRING, "deleted_versions": [],
    }  # fmt: skip
    assert f"Reason: {FIRING}" in result.stderr


def test_command_that_rolls_back_succeeds_when_the_alias_is_back(
    account: Account, run: Callable[..., in_process.Result]
) -> None:
    account.unfinished("d-1")
    account.deployment("InProgress")
    account.codedeploy.add_response("stop_deployment", {"status": "Pending"})
    account.alias(7, v8=0.1)
    account.deployment("Stopped")
    account.alias(7)
    result = run(account, "--roll-back")
    assert (result.returncode, result.stdout) == (0, "prod-orders: rolled back, live is version 7\n")


def test_command_says_that_a_failed_shift_is_left_over(account: Account, run: Callable[..., in_process.Result]) -> None:
    started(account)
    account.deployment("Failed", errorInformation={"message": "The role is missing"})
    account.alias(7, v8=0.1)
    result = run(account)
    assert (result.returncode, result.stdout) == (1, "prod-orders: failed, live is version 7\n")
    assert result.stderr.endswith(
        "Reason: The role is missing\nCodeDeploy did not finish. To return to the previous version: queuesmith release "
        "--function prod-orders:live --roll-back\n"
    )


@pytest.mark.parametrize("allowed", [True, False])
def test_old_versions_are_deleted_after_a_release(
    run: Callable[..., in_process.Result], project: Project, *, allowed: bool
) -> None:
    deployment = '[workers.orders.function.deployment]\nstrategy = "canary"\nkeep_versions = 2\n'
    with project.edited("dev.toml", deployment), release_account("dev-orders") as account:
        account.unfinished("d-1")
        account.deployment("InProgress")
        account.alias(7, v8=0.1)
        account.deployment("Succeeded")
        account.alias(8)
        account.unfinished()
        account.alias(8)
        account.versions(5, 6, 7, 8)
        account.versions(5, 6, 7, 8)
        if allowed:
            for version in ("5", "6"):
                account.functions.add_response("delete_function", {}, {"FunctionName": "dev-orders", "Qualifier": version})
        else:
            account.functions.add_client_error("delete_function", "AccessDeniedException")
        result = run(account, "--json", worker=("dev", "orders"), folder=project.folder)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["deleted_versions"] == ([5, 6] if allowed else [])
    told = "Deleted 2 old versions: 5, 6" if allowed else "Old versions were not deleted: the caller has no permission"
    assert told in result.stderr
