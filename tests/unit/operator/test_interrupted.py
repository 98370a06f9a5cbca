"""Ctrl-C at a bad moment: the account of the work is still printed."""

from __future__ import annotations

import atexit
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from queuesmith.aws.connection import Connection
from queuesmith.cli.output import Output
from queuesmith.common.signals import graceful_shutdown, termination_signals
from queuesmith.operations import Release, ReleaseResult
from queuesmith.operations.deployments import Deployment
from tests import in_process
from tests.unit.operator.command_runner import CommandRunner
from tests.unit.operator.conftest import DESTINATION, SOURCE
from tests.unit.operator.release_account import release_account
from tests.unit.operator.sqs_double import SqsDouble


@pytest.fixture(autouse=True)
def at_exit(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, ...]]]:
    """The callbacks for the end of the process. Restores the signal handlers after the test."""
    registered: list[tuple[Any, ...]] = []
    before = {number: signal.getsignal(number) for number in termination_signals()}
    monkeypatch.setattr(atexit, "register", lambda *call: registered.append(call))
    yield registered
    for number, handler in before.items():
        signal.signal(number, handler)


def test_stopped_command_is_not_interrupted_again(at_exit: list[tuple[Any, ...]]) -> None:
    with graceful_shutdown() as stop:
        signal.raise_signal(signal.SIGINT)
    assert stop.is_set()
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGTERM)
    assert {(number, how) for _, number, how in at_exit} == {(number, signal.SIG_IGN) for number in termination_signals()}


def test_command_that_was_not_stopped_restores_signal_handlers(at_exit: list[tuple[Any, ...]]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with graceful_shutdown():
        pass
    assert (signal.getsignal(signal.SIGINT), at_exit) == (before, [])


def test_interrupted_release_continues_in_codedeploy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow = Release.follow

    def interrupted(self: Release, deployment: Deployment, **more: Any) -> ReleaseResult:
        signal.raise_signal(signal.SIGINT)
        return follow(self, deployment, **more)

    monkeypatch.setattr(Release, "follow", interrupted)
    with release_account() as account:
        monkeypatch.setattr(Connection, "client", lambda _, service: account.clients[service])
        account.unfinished("d-1")
        account.deployment("InProgress")
        account.alias(7, v8=0.1)
        result = in_process.queuesmith("release", "--function", "prod-orders:live", folder=tmp_path)
    assert (result.returncode, result.stdout) == (
        130,
        "prod-orders: deployment d-1 shifts live from version 7 to version 8\n",
    )
    assert result.stderr.splitlines()[-1] == (
        "CodeDeploy continues. To follow it: queuesmith release --function prod-orders:live. To stop it and return: queuesmith "
        "release --function prod-orders:live --roll-back"
    )


def interrupt(method: Callable[..., None]) -> Callable[..., None]:
    """The method, with a Ctrl-C just before it prints."""

    def interrupted(self: Output, *given: Any, **more: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        method(self, *given, **more)

    return interrupted


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (("send", "--body", "b"), "orders: 1 message accepted, message id accepted-0\n"),
        (
            ("dlq", "redrive", "--limit", "5"),
            "2 of about 2 messages were moved from orders-dlq to orders (copied, then deleted)\n",
        ),
        (("dlq", "purge", "--yes", "orders-dlq"), "orders-dlq: deleting about 2 messages (takes up to 60 s)\n"),
    ],
    ids=["send", "redrive", "purge"],
)
def test_ctrl_c_does_not_cut_the_counts_short(
    command: tuple[str, ...], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs = SqsDouble()
    sqs.fill(SOURCE, "a", "b")
    commands = CommandRunner(tmp_path, monkeypatch, sqs)
    monkeypatch.setattr(Output, "document", interrupt(Output.document))
    assert commands.run(*command).stdout == text
    assert sorted(sqs.bodies(SOURCE) + sqs.bodies(DESTINATION)) == {"send": ["a", "b", "b"]}.get(
        command[0], [] if "purge" in command else ["a", "b"]
    )
