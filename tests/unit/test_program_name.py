"""The name of the program in suggested commands."""

from __future__ import annotations

import shutil
import sys

import pytest

from queuesmith.cli.output import Output
from queuesmith.cli.target import Target
from queuesmith.common.program_name import command_name


def test_path_with_a_space_is_quoted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/home/me/trial two/.venv/bin/queuesmith"])
    monkeypatch.setattr(shutil, "which", lambda _: None)
    names = ("environment", "worker", "queue", "dlq", "function", "profile", "region", "endpoint_url")
    target = Target({**dict.fromkeys(names), "environment": "dev"}, Output())
    assert command_name() == "'/home/me/trial two/.venv/bin/queuesmith'"
    assert target.command_line("dlq peek") == "'/home/me/trial two/.venv/bin/queuesmith' dlq peek dev"
