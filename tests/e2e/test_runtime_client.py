"""The packaged handler under the real runtime client (awslambdaric), with the emulator behind it.

An endpoint of these tests plays the part of Lambda. Startup, response format, errors and deadline are the runtime client's.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.e2e.cloud import MAIL_HANDLER, Cloud, failures, mail
from tests.e2e.runtime_endpoint import RuntimeEndpoint, XRayDaemon
from tests.sample_orders import order
from tests.unit.handler.world import metrics
from tests.waiting import TIMEOUT, wait_for


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_batches_are_processed_and_logged_cold_and_warm(cloud: Cloud, endpoint: RuntimeEndpoint, tmp_path: Path) -> None:
    endpoint.start(cloud.python, cloud.code, cloud.variables(), tmp_path / "log")
    bodies = [
        json.dumps(order(1)),
        "this is not JSON",
        json.dumps({**order(1), "customer_id": "another"}),
        json.dumps(order(2)),
    ]
    assert failures(endpoint.invoke(cloud.received(*bodies))) == []
    written = cloud.client("dynamodb").scan(TableName="orders")["Items"]
    assert sorted(item["order_id"]["S"] for item in written) == ["order-00001", "order-00002"]
    dead = cloud.client("sqs").receive_message(
        QueueUrl=cloud.dlq_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
    )["Messages"]
    assert {message["Body"]: message["MessageAttributes"]["FailureReason"]["StringValue"] for message in dead} == {
        bodies[1]: "InvalidMessageError: Invalid JSON: expected ident at line 1 column 2",
        bodies[2]: "OrderConflictError: order order-00001 is already stored with other content",
    }
    event = cloud.received(json.dumps(order(1)), json.dumps(order(3)))
    assert failures(endpoint.invoke(event)) == []
    wait_for(lambda: len(lines(tmp_path / "log")) == 8, "two batches are logged")
    messages = [line for line in lines(tmp_path / "log") if "message" in line]
    written = [line["order_id"] for line in messages if line["message"] == "message processed"]
    assert len(written) == len(set(written))
    once, seen = len(written), 4 - len(written)  # more if the answer to a write came too late
    assert Counter(line["message"] for line in messages) == {
        "message processed": once,
        "message sent to the DLQ": 2,
        "message already done": seen,
    }
    for line in messages:
        assert {"message_id", "receive_count", "queue", "service", "duration_ms", "function_request_id"} <= set(line)
    emf = "\n".join(json.dumps(line) for line in lines(tmp_path / "log") if "_aws" in line)
    assert metrics(emf) == {"Processed": once, "NonRetryable": 2, "Duplicate": seen}


def test_messages_of_one_mebibyte_are_processed_and_sent_to_the_dlq(
    cloud: Cloud, endpoint: RuntimeEndpoint, tmp_path: Path
) -> None:
    sqs, size = cloud.client("sqs"), 1_048_576
    for url in (cloud.queue_url, cloud.dlq_url):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"MaximumMessageSize": str(size)})
    variables = cloud.variables(WORKER_MAX_MESSAGE_SIZE=str(size))
    endpoint.start(cloud.python, cloud.code, variables, tmp_path / "log")
    assert failures(endpoint.invoke(cloud.received(json.dumps(order(31)).ljust(size)))) == []
    assert cloud.client("dynamodb").get_item(TableName="orders", Key={"order_id": {"S": "order-00031"}})["Item"]
    invalid = "no JSON".ljust(size - 1_000, "x")  # room for the reason
    assert failures(endpoint.invoke(cloud.received(invalid))) == []
    dead = sqs.receive_message(QueueUrl=cloud.dlq_url, MaxNumberOfMessages=10, VisibilityTimeout=0)["Messages"]
    assert invalid in {message["Body"] for message in dead}


def test_messages_are_returned_with_a_delay_if_the_table_is_missing(
    cloud: Cloud, endpoint: RuntimeEndpoint, tmp_path: Path
) -> None:
    endpoint.start(cloud.python, cloud.code, cloud.variables(ORDERS_TABLE="nowhere"), tmp_path / "log")
    event = cloud.received(json.dumps(order(11)), json.dumps(order(12)))
    assert failures(endpoint.invoke(event)) == [record["messageId"] for record in event["Records"]]
    wait_for(lambda: len(lines(tmp_path / "log")) == 3, "the batch is logged")
    delays = [line["retry_after"] for line in lines(tmp_path / "log") if "retry_after" in line]
    assert len(delays) == 2
    assert all(0 <= delay <= 2 for delay in delays)
    seen: set[str] = set()

    def back() -> bool:
        answer = cloud.client("sqs").receive_message(QueueUrl=cloud.queue_url, MaxNumberOfMessages=10)
        seen.update(message["Body"] for message in answer.get("Messages", []))
        return len(seen) == 2

    wait_for(back, "both are visible long before the 300 s for which they were received")


def test_messages_without_time_left_are_returned_to_the_queue(cloud: Cloud, endpoint: RuntimeEndpoint, tmp_path: Path) -> None:
    endpoint.start(cloud.python, cloud.code, cloud.variables(WORKER_TIME_FLOOR="20"), tmp_path / "log")
    event = cloud.received(*(json.dumps(order(number)) for number in (21, 22, 23)))
    ids = [record["messageId"] for record in event["Records"]]
    assert failures(endpoint.invoke(event, timeout=15)) == ids[1:]
    assert failures(endpoint.invoke(event)) == []


def test_invocation_with_another_kind_of_event_fails_alone(cloud: Cloud, endpoint: RuntimeEndpoint, tmp_path: Path) -> None:
    endpoint.start(cloud.python, cloud.code, cloud.variables(), tmp_path / "log")
    answer = endpoint.invoke({"detail-type": "Scheduled Event", "source": "aws.events"})
    assert (answer.path, answer.body["errorType"]) == ("invocation/error", "EventError")
    assert answer.body["errorMessage"] == (
        "the event is not a batch of SQS messages: it has no list of Records. It is an object with the keys detail-type, source"
    )
    assert failures(endpoint.invoke(cloud.received(json.dumps(order(31))))) == []


def test_missing_table_variable_is_reported_at_start(cloud: Cloud, endpoint: RuntimeEndpoint, tmp_path: Path) -> None:
    variables = cloud.variables()
    del variables["ORDERS_TABLE"]
    process = endpoint.start(cloud.python, cloud.code, variables, tmp_path / "log")
    answer = endpoint.answer()
    assert (answer.path, answer.body["errorType"]) == ("init/error", "SettingsError")
    assert "the environment variable ORDERS_TABLE is not set" in answer.body["errorMessage"]
    assert process.wait(TIMEOUT) != 0


def test_traces_have_a_segment_for_each_record_and_no_error_texts(
    cloud: Cloud, endpoint: RuntimeEndpoint, daemon: XRayDaemon, tmp_path: Path
) -> None:
    variables = cloud.variables(WORKER_TRACING="true", AWS_XRAY_DAEMON_ADDRESS=daemon.address)
    endpoint.start(cloud.python, cloud.code, variables, tmp_path / "log")
    event = cloud.received(json.dumps(order(41)), '{"order_id": "secret-looking"}')
    assert failures(endpoint.invoke(event)) == []
    wait_for(lambda: len(list(segments(daemon, "## message"))) == 2, "the segments arrived")
    annotations = [segment["annotations"] for segment in segments(daemon, "## message")]
    assert [each["outcome"] for each in annotations] == ["Processed", "NonRetryable"]
    assert [each["message_id"] for each in annotations] == [record["messageId"] for record in event["Records"]]
    assert len(list(segments(daemon, "dynamodb"))) == 1
    assert "Field required" not in json.dumps(daemon.segments)


def test_messages_in_parallel_are_processed_once_and_traced(
    cloud: Cloud, endpoint: RuntimeEndpoint, daemon: XRayDaemon, tmp_path: Path
) -> None:
    variables = cloud.variables(WORKER_CONCURRENCY="10", WORKER_TRACING="true", AWS_XRAY_DAEMON_ADDRESS=daemon.address)
    endpoint.start(cloud.python, cloud.code, variables, tmp_path / "log")
    event = cloud.received(*(json.dumps(order(number)) for number in range(71, 80)), "not JSON")
    assert failures(endpoint.invoke(event)) == []
    written = {item["order_id"]["S"] for item in cloud.client("dynamodb").scan(TableName="orders")["Items"]}
    assert {f"order-{number:05}" for number in range(71, 80)} <= written
    wait_for(lambda: len(list(segments(daemon, "## message"))) == 10, "the segments arrived")
    wait_for(lambda: len(lines(tmp_path / "log")) == 11, "the batch is logged")
    bodies = {record["messageId"]: record["body"] for record in event["Records"]}
    for line in lines(tmp_path / "log"):
        if "order_id" in line:
            assert json.loads(bodies[line["message_id"]])["order_id"] == line["order_id"]
    outcomes = {
        segment["annotations"]["message_id"]: segment["annotations"]["outcome"] for segment in segments(daemon, "## message")
    }
    assert outcomes.keys() == bodies.keys()
    assert [outcomes[each] for each, body in bodies.items() if body == "not JSON"] == ["NonRetryable"]
    handlers = [segment for segment in daemon.segments if segment["name"].startswith("## ") and segment["name"] != "## message"]
    inside = [each for segment in handlers for each in segment.get("subsegments", []) if each["name"] == "## message"]
    streamed = [segment for segment in daemon.segments if segment["name"] == "## message"]
    assert {each["parent_id"] for each in streamed} <= {segment["id"] for segment in handlers}
    assert len(inside) + len(streamed) == 10


def test_trace_of_a_failed_call_has_the_error_type_only(
    cloud: Cloud, endpoint: RuntimeEndpoint, daemon: XRayDaemon, tmp_path: Path
) -> None:
    traced = {"WORKER_TRACING": "true", "AWS_XRAY_DAEMON_ADDRESS": daemon.address}
    variables = cloud.variables(ORDERS_TABLE="nowhere", WORKER_PARTIAL_BATCH_RESPONSES="false", **traced)
    endpoint.start(cloud.python, cloud.code, variables, tmp_path / "log")
    answer = endpoint.invoke(cloud.received(json.dumps(order(51))))
    assert answer.body["errorMessage"] == "1 of 1 messages failed, and the whole batch returns to the queue"
    wait_for(lambda: "Requested resource" in (tmp_path / "log").read_text(), "the reason is in the log")
    wait_for(lambda: any(segments(daemon, "dynamodb")), "the segments arrived")
    kinds = [each["type"] for segment in segments(daemon, "dynamodb") for each in segment["cause"]["exceptions"]]
    assert kinds == ["ResourceNotFoundException"]
    for text in ("Requested resource", "whole batch returns"):
        assert text not in json.dumps(daemon.segments)


def test_second_worker_has_its_own_folder_and_sends_each_mail_once(
    cloud: Cloud, mail_code: Path, mail_variables: dict[str, str], endpoint: RuntimeEndpoint, tmp_path: Path
) -> None:
    variables = {**mail_variables, "OUTBOX": str(tmp_path / "outbox")}
    endpoint.start(cloud.python, mail_code, variables, tmp_path / "log", MAIL_HANDLER)
    event = cloud.received(mail("a"), mail("b"), mail("a"), '{"id": 3}')
    assert failures(endpoint.invoke(event)) == []
    assert failures(endpoint.invoke(event)) == []
    assert (tmp_path / "outbox").read_text().split() == ["a", "b"]


def test_idempotency_holds_for_messages_in_parallel(
    cloud: Cloud, mail_code: Path, mail_variables: dict[str, str], endpoint: RuntimeEndpoint, tmp_path: Path
) -> None:
    """Two messages have the same mail. While one is in progress the other can fail, and then finds it done."""
    variables = {**mail_variables, "OUTBOX": str(tmp_path / "outbox"), "WORKER_CONCURRENCY": "10"}
    endpoint.start(cloud.python, mail_code, variables, tmp_path / "log", MAIL_HANDLER)
    mails = [f"parallel-{number}" for number in range(8)]
    event = cloud.received(*map(mail, mails), mail(mails[0]), mail(mails[1]))
    failed = failures(endpoint.invoke(event))
    assert len(failed) <= 2
    again = [record for record in event["Records"] if record["messageId"] in failed]
    assert not again or failures(endpoint.invoke({"Records": again})) == []
    assert sorted((tmp_path / "outbox").read_text().split()) == mails


def test_secret_is_not_in_the_log_at_debug_level(
    cloud: Cloud, mail_code: Path, mail_variables: dict[str, str], endpoint: RuntimeEndpoint, daemon: XRayDaemon, tmp_path: Path
) -> None:
    traced = {"AWS_XRAY_DAEMON_ADDRESS": daemon.address, "OUTBOX": str(tmp_path / "outbox")}
    endpoint.start(cloud.python, mail_code, {**mail_variables, **traced}, tmp_path / "log", MAIL_HANDLER)
    event = cloud.received(mail("c"), mail("d", "fails"))
    assert failures(endpoint.invoke(event)) == [event["Records"][1]["messageId"]]
    wait_for(lambda: len(list(segments(daemon, "## message"))) == 2, "the segments arrived")
    wait_for(lambda: "_aws" in (tmp_path / "log").read_text(), "the batch is logged")
    log = (tmp_path / "log").read_text()
    assert (tmp_path / "outbox").read_text().split() == ["c"]
    assert '"message":"login with ***"' in log, "a line of another logger, masked"
    assert "the server refused '***'" in log
    for trace in ("correct horse", "battery", "staple"):
        assert trace not in log
        assert trace not in json.dumps(daemon.segments)


def segments(daemon: XRayDaemon, name: str) -> Iterator[dict[str, Any]]:
    """All segments with this name, at any depth."""
    waiting = list(daemon.segments)
    while waiting:
        segment = waiting.pop(0)
        if segment.get("name") == name:
            yield segment
        waiting.extend(segment.get("subsegments", []))
