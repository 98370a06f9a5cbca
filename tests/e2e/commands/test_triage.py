"""`queuesmith dlq triage` against the emulator: groups, their counts and commands, and the messages stay in the DLQ."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.e2e.commands.dead_letters import send_fifo
from tests.e2e.commands.world import REGION, Deployed, World


def fail(world: World, url: str, reason: str, *bodies: str) -> list[str]:
    """Put messages into a DLQ as the handler does."""
    return world.fill(url, *bodies, MessageAttributes={"FailureReason": {"DataType": "String", "StringValue": reason}})


@pytest.fixture
def failed(world: World, orders: Deployed) -> Deployed:
    """A DLQ with four kinds of failures."""
    for number in range(7):
        body = json.dumps({"order_id": f"o-{number}", "customer_id": f"c-{number % 2}", "total": "9.90"})
        fail(world, orders.dead_letter_queue, f"ValueError: order o-{number} has a total of {number}.90", body)
    fail(world, orders.dead_letter_queue, "KeyError: 'total'", '{"order_id": "o-8"}', '{"order_id": "o-9"}')
    fail(world, orders.dead_letter_queue, "HTTPError: HTTP 503 from the warehouse", "no JSON")
    world.fill(orders.dead_letter_queue, '{"order_id": "o-10", "customer_id": "c-1"}')
    return orders


def groups(document: dict[str, object]) -> dict[object, int]:
    found: object = document["groups"]
    assert isinstance(found, list)
    return {group["value"]: group["count"] for group in found}


def test_alike_reasons_are_one_group_and_the_messages_stay(world: World, failed: Deployed) -> None:
    result = world.run("dlq", "triage", "dev", "orders")
    assert result.returncode == 0, result.stderr
    first, *blocks = result.stdout.split("\n\n")
    assert first == "dev-orders-dlq: 11 of about 11 messages read, 4 groups by reason"
    heads = [block.splitlines()[0] for block in blocks]
    assert heads[:2] == ["7  ValueError: order o-<number> has a total of <number>", "2  KeyError: 'total'"]
    assert sorted(heads[2:]) == ["1  (no reason)", "1  HTTPError: HTTP 503 from the warehouse"]
    largest = blocks[0].splitlines()
    assert re.fullmatch(r"  sent \S+Z( to \S+Z)?", largest[1])
    assert re.fullmatch(r'  sample [0-9a-f-]{36} {"order_id": "o-0", "customer_id": "c-0", "total": "9.90"}', largest[2])
    reason = "ValueError: order o-<number> has a total of <number>"
    assert largest[3] == f"  queuesmith dlq redrive dev orders --reason '{reason}' --dry-run"
    visible = world.client("sqs").get_queue_attributes(
        QueueUrl=failed.dead_letter_queue, AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert visible["Attributes"]["ApproximateNumberOfMessages"] == "11"
    for block in (
        blocks[0],
        next(block for block in blocks if "(no reason)" in block),
    ):
        count, command = block.split(maxsplit=1)[0], block.splitlines()[-1]
        _, *arguments = shlex.split(command)
        dry = world.run(*arguments)
        assert (dry.returncode, dry.stdout.splitlines()[0]) == (
            0,
            f"{count} of about 11 messages would be moved from dev-orders-dlq to dev-orders",
        )


def test_groups_by_an_expression_and_only_matching_messages(world: World, failed: Deployed) -> None:
    assert groups(world.json("dlq", "triage", "dev", "--by", "exception")) == {
        "ValueError": 7, "KeyError": 2, "HTTPError": 1, None: 1,
    }  # fmt: skip
    document = world.json("dlq", "triage", "dev", "--by", "body.customer_id", "--match", "order_id != 'o-0'")
    assert groups(document) == {"c-0": 3, "c-1": 4, None: 2}
    assert (document["received"], document["not_matching"]) == (11, 2)
    (group,) = (each for each in document["groups"] if each["value"] == "c-1")
    assert group["where"] == "body.customer_id == 'c-1'"
    found = world.json("dlq", "peek", "dev", "--where", group["where"], "--reason", "ValueError: order o-5 has a total of 5.90")
    assert {json.loads(message["body"])["order_id"] for message in found["messages"]} == {"o-1", "o-3", "o-5"}


def test_exports_give_the_same_groups_without_aws(world: World, failed: Deployed, tmp_path: Path) -> None:
    live = groups(world.json("dlq", "triage", "dev"))
    lines, document = tmp_path / "dead.jsonl", tmp_path / "dead.json"
    shown = world.run("dlq", "peek", "dev", "--limit", "100", "--export", str(lines), "--json")
    document.write_text(world.run("dlq", "peek", "dev", "--limit", "100", "--json").stdout)
    assert shown.returncode == 0
    for path in (lines, document):
        result = world.run("dlq", "triage", "--file", str(path), folder=tmp_path, AWS_ENDPOINT_URL="http://127.0.0.1:9")
        assert result.returncode == 0, result.stderr
        assert result.stdout.startswith(f"{path}: 11 of about 11 messages read, 4 groups by reason\n")
        assert "queuesmith dlq" not in result.stdout, "without an environment there is no command that works"
        assert groups(world.json("dlq", "triage", "--file", str(path))) == live


def test_fifo_group_hides_later_messages_and_triage_says_so(world: World, fifo: Deployed) -> None:
    send_fifo(world, fifo.dead_letter_queue, *(str(number) for number in range(14)))
    result = world.run("dlq", "triage", "--queue", "ship-parcels", "--region", REGION, "--by", "group")
    assert result.stdout.splitlines()[0] == "ship-parcels-dlq.fifo: 10 of about 14 messages read, 1 group by group"
    assert "Not read: about 4 messages." in result.stderr
