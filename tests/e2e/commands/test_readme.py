"""The output of commands that the README and docs/commands.md show is the real output."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import ROOT
from tests.e2e.commands.world import REGION, Deployed, World

README = (ROOT / "README.md").read_text()
COMMANDS = (ROOT / "docs" / "commands.md").read_text()
REASON = "InvalidMessageError: Value error, total is not the sum of quantity × price over the lines"


def normal(text: str) -> list[str]:
    """The lines without ids, times and a table's borders."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text)
    return [
        " ".join(re.sub(r"[│┃]", " ", line).split())
        for line in text.splitlines()
        if line.strip() and not re.match(r"[┏┡└]", line)
    ]


def test_readme_commands_have_the_output_that_is_shown(world: World, orders: Deployed) -> None:
    functions = world.client("lambda")
    functions.update_event_source_mapping(UUID=orders.mapping, Enabled=True)
    world.settle()
    for number in range(4):
        body = {"order_id": f"order-0000{number + 1}", "customer_id": f"customer-0{number + 1}", "lines": [], "total": "0.01"}
        why = {"FailureReason": {"DataType": "String", "StringValue": REASON}}
        world.fill(orders.dead_letter_queue, json.dumps(body), MessageAttributes=why)
    shown = re.findall(r"^\$ queuesmith ((?:status|dlq) .*)\n((?:(?!\$ |```).*\n)+)", README, re.MULTILINE)
    assert [command.split()[:2] for command, _ in shown] == [["status", "dev"], ["dlq", "redrive"]]
    for command, expected in shown:
        result = world.run(*command.split())
        output = normal(result.stdout + result.stderr)
        wanted = [line for line in normal(expected) if not line.startswith("mapping:")]  # Lambda's last result
        if "status" in command:  # on a terminal empty columns are omitted, and there are no alarms here
            heading, row = output[0].split(), output[1].split()
            assert [word for word in wanted.pop(0).split() if word not in heading] == []
            assert wanted.pop(0).split()[:4] == [*row[:3], row[4]]
        assert [line for line in wanted if line not in output] == []


def test_readme_script_works(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    deployed = world.deploy("prod-orders")
    world.become(monkeypatch)
    for number in range(3):
        world.fill(deployed.dead_letter_queue, json.dumps({"customer_id": f"c-{number}"}))
    (script,) = re.findall(r"```python\n(import boto3.*?)```", COMMANDS, re.DOTALL)
    try:
        exec(script, {})  # noqa: S102 - the page's own
        assert capsys.readouterr().out == "1 0 []\n"
        assert world.count(deployed.queue) == 1
        assert REGION in script
    finally:
        world.remove(deployed)
