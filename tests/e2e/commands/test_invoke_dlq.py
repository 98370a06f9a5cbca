"""`queuesmith invoke` on messages of a DLQ or of an exported DLQ. The messages stay in the DLQ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.commands.invoking import ENV, body
from tests.e2e.commands.world import Deployed, World

pytestmark = pytest.mark.usefixtures("handlers")


def test_messages_of_the_dlq_are_processed_and_stay_there(world: World, orders: Deployed, table: Any) -> None:
    ids = world.fill(orders.dead_letter_queue, body(1), body(2))
    document = world.json("invoke", "dev", "orders", "--from-dlq", *ENV)
    assert sorted(message["message_id"] for message in document["batches"][0]["messages"]) == sorted(ids)
    assert (document["processed"], document["failed"]) == (2, 0)
    assert table() == ["order-00001", "order-00002"]
    again = world.run("invoke", "dev", "orders", "--from-dlq", "--limit", "1", *ENV)
    lines = again.stderr.splitlines()
    assert lines[0] == "Received 1 of about 2 messages in dev-orders-dlq. They stay in the DLQ."
    assert lines[-1] == "Next: queuesmith dlq redrive dev orders"
    assert len(world.contents(orders.dead_letter_queue)) == 2
    assert world.count(orders.queue) == 0


def test_an_empty_dlq_runs_nothing(world: World, orders: Deployed) -> None:
    result = world.run("invoke", "dev", "orders", "--from-dlq")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "Received 0 of about 0 messages in dev-orders-dlq.\n0 messages: 0 processed, 0 failed\n"


def test_exported_dlq_messages_are_processed_from_the_file(world: World, orders: Deployed, table: Any, tmp_path: Path) -> None:
    attributes = {"kind": {"DataType": "String", "StringValue": "a"}}
    (message_id,) = world.fill(orders.dead_letter_queue, body(1), MessageAttributes=attributes)
    export = tmp_path / "dead.jsonl"
    assert world.run("dlq", "peek", "dev", "orders", "--export", str(export)).returncode == 0
    document = world.json("invoke", "dev", "orders", "--file", str(export), *ENV)
    assert document["batches"][0]["messages"] == [{"message_id": message_id, "outcome": "processed", "body": body(1)}]
    (record,) = world.json("invoke", "dev", "orders", "--file", str(export), "--dry-run")["events"][0]["Records"]
    assert record["messageAttributes"]["kind"]["stringValue"] == "a"
    raw = world.json("invoke", "dev", "orders", "--file", str(export), "--raw", "--dry-run")["events"][0]["Records"]
    assert raw[0]["body"] == export.read_text().rstrip("\n")


def test_event_of_a_fifo_worker_outside_the_project_has_groups(world: World, fifo: Deployed) -> None:
    (message_id,) = world.fill(fifo.dead_letter_queue, "a", MessageGroupId="g", MessageDeduplicationId="d")
    code = ("--handler", "main.lambda_handler", "--code", "handlers")
    named = ("--queue", "ship-parcels.fifo", "--dlq", "ship-parcels-dlq.fifo", "--region", "eu-central-1")
    document = world.json("invoke", *named, *code, "--from-dlq", "--dry-run", folder=world.project.folder.parent)
    (record,) = document["events"][0]["Records"]
    assert (record["messageId"], record["eventSourceARN"]) == (message_id, fifo.queue_arn)
    system = record["attributes"]
    assert (system["MessageGroupId"], system["MessageDeduplicationId"]) == ("g", "d")
    assert system["ApproximateReceiveCount"] == "1"
    assert system["SequenceNumber"]
