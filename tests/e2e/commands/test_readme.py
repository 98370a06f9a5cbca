"""The commands of the README work, and the output that docs/commands.md shows is the real output."""

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


def test_commands_have_the_output_that_the_page_shows(world: World, orders: Deployed) -> None:
    functions = world.client("lambda")
    functions.update_event_source_mapping(UUID=orders.mapping, Enabled=True)
    world.settle()
    for number in range(4):
        body = {"order_id": f"order-0000{number + 1}", "customer_id": f"customer-0{number + 1}", "lines": [], "total": "0.01"}
        why = {"FailureReason": {"DataType": "String", "StringValue": REASON}}
        world.fill(orders.dead_letter_queue, json.dumps(body), MessageAttributes=why)
    shown = re.findall(r"^\$ queuesmith ((?:status|dlq) .*)\n((?:(?!\$ |```).*\n)+)", COMMANDS, re.MULTILINE)
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


def test_commands_of_the_readme_for_the_dlq_work(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, json.dumps({"customer_id": "c-1"}))
    found = re.findall(r"^queuesmith (dlq .*?)(?: +#.*)?$", README, re.MULTILINE)
    assert [command.split()[1] for command in found] == ["triage", "redrive"]
    for command in found:
        assert world.run(*command.split()).returncode == 0
    assert world.count(orders.dead_letter_queue) == 1, "--dry-run moves nothing"


def test_script_of_the_page_works(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
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
