"""The commands of docs/existing-terraform.md work for a queue that is in no settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.conftest import ROOT
from tests.e2e.commands.world import Deployed, World

PAGE = (ROOT / "docs" / "existing-terraform.md").read_text()


def test_commands_of_the_page_work_without_settings(world: World, fifo: Deployed, tmp_path: Path) -> None:
    world.fill(fifo.dead_letter_queue, "x", MessageGroupId="g", MessageDeduplicationId="d")
    commands = re.findall(r"^    queuesmith ((?!check).*)$", PAGE, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["status", "doctor", "dlq", "dlq", "logs"]
    for command in commands:
        result = world.run(*shlex.split(command.replace(" orders ", " ship-parcels ")), folder=tmp_path)
        assert "error:" not in result.stderr, result.stderr
        assert result.returncode in (0, 1), command  # 1: status and doctor report problems
        assert "ship-parcels" in result.stdout + result.stderr, command
    assert world.count(fifo.dead_letter_queue) == 1, "a dry run moves nothing"
