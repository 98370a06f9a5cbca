"""`queuesmith invoke`: the project's own handler, here, with the table of the local AWS; its queues stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from queuesmith.commands.invoke import invoke
from queuesmith.invocation.event import md5_of_attributes
from queuesmith.local.sample_orders import order
from queuesmith.messages import Message
from tests.conftest import ROOT
from tests.e2e.commands.world import Deployed, World

TABLE = "orders"
ENV = ("--env", f"ORDERS_TABLE={TABLE}")
BAD = '{"order_id": "order-1"}'


def body(number: int) -> str:
    return json.dumps(order(number))


@pytest.fixture(scope="module", autouse=True)
def _handlers(world: World) -> None:
    (world.project.folder / "handlers").symlink_to(ROOT / "handlers")


@pytest.fixture
def table(world: World) -> Iterator[Any]:
    """The table of orders, as a list of the ids in it."""
    dynamodb = world.client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
    )
    yield lambda: sorted(item["order_id"]["S"] for item in dynamodb.scan(TableName=TABLE)["Items"])
    dynamodb.delete_table(TableName=TABLE)


def test_a_message_that_works_is_written_and_one_that_does_not_is_named(world: World, table: Any) -> None:
    result = world.run("invoke", "dev", "orders", "--body", body(1), "--body", BAD, *ENV)
    assert result.returncode == 1
    heading, good, bad, answer = result.stdout.splitlines()
    assert heading.split() == ["message", "batch", "outcome", "body"]
    assert good.split(maxsplit=3)[1:] == ["1", "worked", body(1)[:60].rstrip()]
    assert bad.split(maxsplit=3)[1:] == ["1", "failed", BAD]
    failed = json.dumps({"batchItemFailures": [{"itemIdentifier": bad.split()[0]}]}, separators=(",", ":"))
    assert re.fullmatch(rf"batch 1 answered after \d+\.\d{{3}} s: {re.escape(failed)}", answer)
    assert table() == ["order-00001"]


def test_talk_and_what_the_handler_writes_are_on_stderr(world: World, table: Any) -> None:
    lines = world.run("invoke", "dev", "orders", "--body", BAD, *ENV).stderr.splitlines()
    assert lines[0] == (
        "main.lambda_handler of handlers/ runs here, with your credentials and not the function's role: what it writes, it "
        "writes. It is given the URL of neither its queue nor its DLQ."
    )
    assert lines[1] == "Messages that it would send to the DLQ at once show as failed, and its log says why."
    (logged,) = (json.loads(line) for line in lines if '"message failed"' in line)
    assert (logged["service"], logged["function_name"], logged["level"]) == ("dev-orders", "dev-orders", "WARN")
    assert lines[-1] == "1 message: 0 worked, 1 failed"


def test_json_has_everything_with_stable_keys(world: World, table: Any) -> None:
    options = ("--body", body(1), "--body", body(2), "--body", BAD, "--batch-size", "2", *ENV)
    document = world.json("invoke", "dev", "orders", *options, status=1)
    assert list(document) == ["version", "function", "handler", "source", "worked", "failed", "batches"]
    about = {key: document[key] for key in ("function", "handler", "source", "worked", "failed")}
    assert about == {
        "function": "dev-orders",
        "handler": "main.lambda_handler",
        "source": "handlers",
        "worked": 2,
        "failed": 1,
    }
    first, second = document["batches"]
    assert list(first) == ["number", "request_id", "seconds", "messages", "answer", "failure", "note"]
    assert [message["outcome"] for message in first["messages"]] == ["worked", "worked"]
    assert (first["answer"], first["failure"], first["note"]) == ({"batchItemFailures": []}, None, "")
    assert list(second["messages"][0]) == ["message_id", "outcome", "body"]
    assert second["answer"] == {"batchItemFailures": [{"itemIdentifier": second["messages"][0]["message_id"]}]}


def test_a_message_that_was_done_before_works_again(world: World, table: Any) -> None:
    for _ in range(2):
        result = world.run("invoke", "dev", "--body", body(1), *ENV)
        assert result.returncode == 0, result.stderr
    assert "message was done before" in result.stderr
    assert table() == ["order-00001"]


def test_messages_of_the_dlq_are_tried_and_stay_there(world: World, orders: Deployed, table: Any) -> None:
    ids = world.fill(orders.dead_letter_queue, body(1), body(2))
    document = world.json("invoke", "dev", "orders", "--from-dlq", *ENV)
    assert sorted(message["message_id"] for message in document["batches"][0]["messages"]) == sorted(ids)
    assert (document["worked"], document["failed"]) == (2, 0)
    assert table() == ["order-00001", "order-00002"]
    again = world.run("invoke", "dev", "orders", "--from-dlq", "--limit", "1", *ENV)
    lines = again.stderr.splitlines()
    assert lines[0] == "1 of about 2 messages in dev-orders-dlq, which stay there."
    assert lines[-1] == "Next: queuesmith dlq redrive dev orders"
    assert len(world.contents(orders.dead_letter_queue)) == 2
    assert world.count(orders.queue) == 0


def test_an_empty_dlq_runs_nothing(world: World, orders: Deployed) -> None:
    result = world.run("invoke", "dev", "orders", "--from-dlq")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == ("0 of about 0 messages in dev-orders-dlq, which stay there.\n0 messages: 0 worked, 0 failed\n")


def test_an_export_of_the_dlq_is_tried_from_its_file(world: World, orders: Deployed, table: Any, tmp_path: Path) -> None:
    attributes = {"kind": {"DataType": "String", "StringValue": "a"}}
    (message_id,) = world.fill(orders.dead_letter_queue, body(1), MessageAttributes=attributes)
    export = tmp_path / "dead.jsonl"
    assert world.run("dlq", "peek", "dev", "orders", "--export", str(export)).returncode == 0
    document = world.json("invoke", "dev", "orders", "--file", str(export), *ENV)
    assert document["batches"][0]["messages"] == [{"message_id": message_id, "outcome": "worked", "body": body(1)}]
    (record,) = world.json("invoke", "dev", "orders", "--file", str(export), "--dry-run")["events"][0]["Records"]
    assert record["messageAttributes"]["kind"]["stringValue"] == "a"
    raw = world.json("invoke", "dev", "orders", "--file", str(export), "--raw", "--dry-run")["events"][0]["Records"]
    assert raw[0]["body"] == export.read_text().rstrip("\n")


def test_lines_of_standard_input_are_bodies(world: World, table: Any) -> None:
    given = f"{body(1)}\n\n{body(2)}\n".encode()
    assert world.json("invoke", "dev", "orders", "--file", "-", *ENV, given=given)["worked"] == 2
    assert table() == ["order-00001", "order-00002"]


def test_the_deployed_functions_variables_are_taken_but_for_those_of_its_queues(
    world: World, orders: Deployed, table: Any
) -> None:
    world.settle()
    variables = {
        "ORDERS_TABLE": TABLE,
        "WORKER_DEAD_LETTER_QUEUE_URL": orders.dead_letter_queue,
        "WORKER_QUEUE_URL": orders.queue,
    }
    world.client("lambda").update_function_configuration(FunctionName="dev-orders", Environment={"Variables": variables})
    world.settle()
    shell: Any = {name: variables[name] for name in ("WORKER_DEAD_LETTER_QUEUE_URL", "WORKER_QUEUE_URL")}
    options = ("--body", body(1), "--body", BAD, "--deployed-environment")
    document = world.json("invoke", "dev", "orders", *options, status=1, **shell)
    assert (document["worked"], document["failed"]) == (1, 1)
    assert table() == ["order-00001"]
    assert (world.count(orders.dead_letter_queue), world.count(orders.queue)) == (0, 0)


def test_a_variable_that_only_aws_knows_has_to_be_given_before_anything_runs(world: World, table: Any) -> None:
    result = world.run("invoke", "dev", "orders", "--body", body(1))
    expected = (
        "error: Not set: ORDERS_TABLE (tables.orders). Give each with --env NAME=VALUE, or those of the deployed function: "
        "--deployed-environment\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (2, "", expected)
    assert world.run("invoke", "dev", "orders", "--body", body(1), ORDERS_TABLE="orders").returncode == 0  # as the shell has it


def test_a_dry_run_prints_the_event_and_runs_nothing(world: World) -> None:
    result = world.run("invoke", "dev", "orders", "--body", BAD, "--dry-run")
    assert result.returncode == 0
    (record,) = json.loads(result.stdout)["Records"]
    assert (record["body"], record["eventSourceARN"]) == (BAD, "arn:aws:sqs:eu-central-1:000000000000:dev-orders")
    assert result.stderr == "Nothing was run. Next: the same without --dry-run\n"
    document = world.json("invoke", "dev", "orders", "--body", "a", "--body", "b", "--batch-size", "1", "--dry-run")
    assert list(document) == ["version", "events"]
    assert [len(event["Records"]) for event in document["events"]] == [1, 1]


def test_of_a_fifo_worker_that_is_no_project_of_ours_the_event_has_its_groups(world: World, fifo: Deployed) -> None:
    (message_id,) = world.fill(fifo.dead_letter_queue, "a", MessageGroupId="g", MessageDeduplicationId="d")
    code = ("--handler", "main.lambda_handler", "--source", "handlers")
    named = ("--queue", "ship-parcels.fifo", "--dlq", "ship-parcels-dlq.fifo", "--region", "eu-central-1")
    document = world.json("invoke", *named, *code, "--from-dlq", "--dry-run", folder=world.project.folder.parent)
    (record,) = document["events"][0]["Records"]
    assert (record["messageId"], record["eventSourceARN"]) == (message_id, fifo.queue_arn)
    system = record["attributes"]
    assert (system["MessageGroupId"], system["MessageDeduplicationId"]) == ("g", "d")
    assert system["ApproximateReceiveCount"] == "1"
    assert system["SequenceNumber"]


def test_the_checksum_of_attributes_is_that_of_sqs(world: World, orders: Deployed) -> None:
    attributes: dict[str, Any] = {
        "text": {"DataType": "String", "StringValue": "päckchen"},
        "number": {"DataType": "Number.int", "StringValue": "5"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = world.client("sqs").send_message(QueueUrl=orders.queue, MessageBody="x", MessageAttributes=attributes)
    assert md5_of_attributes(Message("x", attributes).attributes) == sent["MD5OfMessageAttributes"]


def test_without_a_project_any_handler_is_run_and_aws_is_not_asked(world: World, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(
        "import os\n\n\ndef handle(event, context):\n    print(os.environ['GREETING'], context.function_name)\n"
    )
    options = ("--handler", "app.handle", "--source", "src", "--body", "x", "--env", "GREETING=hello=you")
    nobody: Any = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    result = world.run("invoke", *options, folder=tmp_path, **nobody)
    assert result.returncode == 0, result.stderr
    assert "hello=you local" in result.stderr.splitlines()
    assert result.stdout.splitlines()[1].endswith("worked   x")


def test_a_handler_that_takes_too_long_is_told_as_lambda_tells_it(world: World, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\n\n\ndef handle(event, context):\n    time.sleep(60)\n")
    options = ("--handler", "slow.handle", "--source", str(tmp_path), "--timeout", "1", "--body", "x")
    result = world.run("invoke", *options, folder=tmp_path)
    assert result.returncode == 1
    assert re.search(
        r"^batch 1 failed after 1\.\d{3} s: Sandbox\.Timedout: Task timed out after 1\.00 seconds$", result.stdout, re.MULTILINE
    )


def test_what_the_handler_imports_and_is_not_installed_is_told_with_the_way_out(world: World, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("import no_such_module\n")
    (tmp_path / "src" / "requirements.txt").write_text("")
    result = world.run("invoke", "--handler", "app.handle", "--source", "src", "--body", "x", folder=tmp_path)
    assert result.returncode == 1
    assert "Runtime.ImportModuleError: Unable to import module 'app': No module named 'no_such_module'" in result.stdout
    following = "Next: pip install -r src/requirements.txt, into the Python that queuesmith runs in"
    assert result.stderr.splitlines()[-1] == following


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("dev", "orders"), "Say on which messages: --body TEXT, --file FILE (- is standard input) or --from-dlq"),
        (("dev", "orders", "--body", ""), "--body is empty, and SQS has no such message"),
        (("dev", "orders", "--body", "x", "--env", "TABLE"), '--env is "TABLE", but must be NAME=VALUE'),
        (
            ("dev", "orders", "--body", "x", "--env", "WORKER_QUEUE_URL=https://sqs/queue"),
            "--env WORKER_QUEUE_URL: no handler gets it here, so that it changes no queue. Leave it out",
        ),
        (("dev", "orders", "--file", "absent.jsonl"), "absent.jsonl cannot be read: No such file or directory"),
        (("dev", "orders", "--file", "-"), "standard input has no messages in it"),
        (("dev", "mail", "--body", "x"), "dev has no worker mail. It has: orders"),
        (
            ("dev", "orders", "--body", "x", "--handler", "main.absent"),
            'The handler is "main.absent", but handlers/main.py has no function absent. '
            "Set function.handler to a function that is there",
        ),
        (("--body", "x"), "Name an environment and a worker in a project, or --handler MODULE.FUNCTION --source FOLDER"),
    ],
)
def test_what_cannot_be_meant_is_refused(world: World, arguments: tuple[str, ...], text: str) -> None:
    result = world.run("invoke", *arguments)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {text}\n")


def test_a_mistake_in_the_settings_is_told_and_aws_is_not_asked(world: World) -> None:
    before = (world.project.folder / "config" / "dev.toml").read_text()
    world.project.add("dev.toml", "[workers.orders.queue]\nfifoo = true")
    try:
        result = world.run("invoke", "dev", "orders", "--body", "x")
        assert result.returncode == 2
        assert "workers.orders.queue.fifoo is not a setting. Did you mean fifo?" in result.stderr
    finally:
        world.project.write("dev.toml", before)


def test_outside_a_project_the_handler_has_to_be_named(world: World, tmp_path: Path) -> None:
    result = world.run("invoke", "dev", "orders", "--body", "x", folder=tmp_path)
    assert result.returncode == 2
    assert result.stderr == (
        f"error: There is no project in {tmp_path} whose settings name its handler. Name an environment and a worker in a "
        "project, or --handler MODULE.FUNCTION --source FOLDER\n"
    )


def test_the_example_of_its_help_works(world: World) -> None:
    import shlex

    example = str(invoke.__doc__).rpartition("Example: queuesmith ")[2]
    assert world.run(*shlex.split(example)).returncode == 0
