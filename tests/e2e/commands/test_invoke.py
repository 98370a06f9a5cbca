"""`queuesmith invoke` runs the project's own handler on this machine, with the emulator's table. Its queues do not change."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from queuesmith.operations.invocation.sqs_event import md5_of_attributes
from queuesmith.operations.messages import Message
from tests.e2e.commands.invoking import BAD, ENV, body
from tests.e2e.commands.world import Deployed, World

pytestmark = pytest.mark.usefixtures("handlers")


def test_processed_message_is_written_and_failed_message_is_named(world: World, table: Any) -> None:
    result = world.run("invoke", "dev", "orders", "--body", body(1), "--body", BAD, *ENV)
    assert result.returncode == 1
    heading, good, bad, answer = result.stdout.splitlines()
    assert heading.split() == ["message", "batch", "outcome", "body"]
    assert good.split(maxsplit=3)[1:] == ["1", "processed", body(1)[:60].rstrip()]
    assert bad.split(maxsplit=3)[1:] == ["1", "failed", BAD]
    failed = json.dumps({"batchItemFailures": [{"itemIdentifier": bad.split()[0]}]}, separators=(",", ":"))
    assert re.fullmatch(rf"batch 1 returned after \d+\.\d{{3}} s: {re.escape(failed)}", answer)
    assert table() == ["order-00001"]


def test_progress_and_handler_output_go_to_stderr(world: World, table: Any) -> None:
    lines = world.run("invoke", "dev", "orders", "--body", BAD, *ENV).stderr.splitlines()
    assert lines[0] == (
        "Running main.lambda_handler of handlers/orders/ on this machine, with your credentials and not the function's role. "
        "Its side effects are real. WORKER_QUEUE_URL and WORKER_DEAD_LETTER_QUEUE_URL are not set, so the toolkit changes no "
        "visibility timeout and sends nothing to the DLQ."
    )
    assert lines[1] == "Messages that the handler would send to the DLQ are shown as failed. The log contains the reason."
    (logged,) = (json.loads(line) for line in lines if '"message failed"' in line)
    assert (logged["service"], logged["function_name"], logged["level"]) == ("dev-orders", "dev-orders", "WARN")
    assert lines[-1] == "1 message: 0 processed, 1 failed"


def test_json_has_everything_with_stable_keys(world: World, table: Any) -> None:
    options = ("--body", body(1), "--body", body(2), "--body", BAD, "--batch-size", "2", *ENV)
    document = world.json("invoke", "dev", "orders", *options, status=1)
    assert list(document) == ["version", "function", "handler", "code", "processed", "failed", "batches"]
    about = {key: document[key] for key in ("function", "handler", "code", "processed", "failed")}
    assert about == {
        "function": "dev-orders",
        "handler": "main.lambda_handler",
        "code": "handlers/orders",
        "processed": 2,
        "failed": 1,
    }
    first, second = document["batches"]
    assert list(first) == ["number", "request_id", "seconds", "messages", "response", "failure", "note"]
    assert [message["outcome"] for message in first["messages"]] == ["processed", "processed"]
    assert (first["response"], first["failure"], first["note"]) == ({"batchItemFailures": []}, None, "")
    assert list(second["messages"][0]) == ["message_id", "outcome", "body"]
    assert second["response"] == {"batchItemFailures": [{"itemIdentifier": second["messages"][0]["message_id"]}]}


def test_message_that_was_already_processed_succeeds_again(world: World, table: Any) -> None:
    for _ in range(2):
        result = world.run("invoke", "dev", "--body", body(1), *ENV)
        assert result.returncode == 0, result.stderr
    assert "message already done" in result.stderr
    assert table() == ["order-00001"]


def test_lines_of_standard_input_are_bodies(world: World, table: Any) -> None:
    stdin = f"{body(1)}\n\n{body(2)}\n".encode()
    assert world.json("invoke", "dev", "orders", "--file", "-", *ENV, stdin=stdin)["processed"] == 2
    assert table() == ["order-00001", "order-00002"]


def test_deployed_variables_are_used_except_for_queue_urls(world: World, orders: Deployed, table: Any) -> None:
    world.settle()
    variables = {
        "ORDERS_TABLE": "orders",
        "WORKER_DEAD_LETTER_QUEUE_URL": orders.dead_letter_queue,
        "WORKER_QUEUE_URL": orders.queue,
    }
    world.client("lambda").update_function_configuration(FunctionName="dev-orders", Environment={"Variables": variables})
    world.settle()
    shell: Any = {name: variables[name] for name in ("WORKER_DEAD_LETTER_QUEUE_URL", "WORKER_QUEUE_URL")}
    options = ("--body", body(1), "--body", BAD, "--deployed-environment")
    document = world.json("invoke", "dev", "orders", *options, status=1, **shell)
    assert (document["processed"], document["failed"]) == (1, 1)
    assert table() == ["order-00001"]
    assert (world.count(orders.dead_letter_queue), world.count(orders.queue)) == (0, 0)


def test_a_dry_run_prints_the_event_and_runs_nothing(world: World) -> None:
    result = world.run("invoke", "dev", "orders", "--body", BAD, "--dry-run")
    assert result.returncode == 0
    (record,) = json.loads(result.stdout)["Records"]
    assert (record["body"], record["eventSourceARN"]) == (BAD, "arn:aws:sqs:eu-central-1:000000000000:dev-orders")
    assert result.stderr == "The handler was not run. Next: the same command without --dry-run\n"
    document = world.json("invoke", "dev", "orders", "--body", "a", "--body", "b", "--batch-size", "1", "--dry-run")
    assert list(document) == ["version", "events"]
    assert [len(event["Records"]) for event in document["events"]] == [1, 1]


def test_attributes_have_the_checksum_of_sqs(world: World, orders: Deployed) -> None:
    attributes: dict[str, Any] = {
        "text": {"DataType": "String", "StringValue": "päckchen"},
        "number": {"DataType": "Number.int", "StringValue": "5"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = world.client("sqs").send_message(QueueUrl=orders.queue, MessageBody="x", MessageAttributes=attributes)
    assert md5_of_attributes(Message("x", attributes).attributes) == sent["MD5OfMessageAttributes"]
