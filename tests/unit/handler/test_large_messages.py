"""Messages whose body is in S3, in the format of AWS's extended client libraries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from queuesmith_worker import HandlerSettings, NonRetryable, Producer, Worker
from queuesmith_worker.dead_letters import copy_request
from queuesmith_worker.large_messages import POINTER
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL, FakeLambda, SqsMessage
from tests.unit.handler.world import Job, body

BUCKET, KEY = "shop-large", "orders/0f1e"
LEGACY = "com.amazon.sqs.javamessaging.MessageS3Pointer"


def large(id: str = "m", *, text: str | None = None, attribute: str = "ExtendedPayloadSize", receives: int = 1) -> SqsMessage:
    """A message as AWS's libraries send it."""
    return SqsMessage(pointer() if text is None else text, id, receives=receives, attributes={attribute: 2_000_000})


def pointer(kind: str = POINTER, bucket: str = BUCKET, key: str = KEY) -> str:
    return json.dumps([kind, {"s3BucketName": bucket, "s3Key": key}])


def a_worker(handle: Any, message: Any = Job, **variables: str) -> Worker[Any]:
    always = {"WORKER_LARGE_MESSAGES_BUCKET": BUCKET, "WORKER_LARGE_MESSAGES_PREFIX": "orders/"}
    dlq = {"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL}
    return Worker(message, handle, HandlerSettings.from_environment({**always, **dlq, **variables}))


@pytest.mark.parametrize(("kind", "attribute"), [(POINTER, "ExtendedPayloadSize"), (LEGACY, "SQSLargePayloadSize")])
def test_function_gets_the_body_in_s3(fake_lambda: FakeLambda, kind: str, attribute: str) -> None:
    fake_lambda.s3.objects[BUCKET, KEY] = body("from S3").encode()
    seen: list[Job] = []
    result = fake_lambda.invoke(a_worker(seen.append), large("a", text=pointer(kind), attribute=attribute), Job(id="in SQS"))
    result.assert_outcomes("Processed")
    assert [job.id for job in seen] == ["from S3", "in SQS"]
    assert fake_lambda.s3.objects.keys() == {(BUCKET, KEY)}, "it is kept by default"


@pytest.mark.parametrize(
    "text",
    [
        pointer(bucket="other"),
        pointer(key="invoices/1"),
        pointer(kind="java.lang.Object"),
        "no JSON",
        "[1]",
        '["a", {}]',
        '{"a": 1}',
    ],
    ids=["other bucket", "other prefix", "other class", "no JSON", "short", "empty", "object"],
)
def test_wrong_pointer_goes_to_the_dlq_unread(fake_lambda: FakeLambda, text: str) -> None:
    fake_lambda.s3.objects["other", KEY] = fake_lambda.s3.objects[BUCKET, "invoices/1"] = body("secret").encode()
    seen: list[Job] = []
    result = fake_lambda.invoke(a_worker(seen.append, WORKER_LARGE_MESSAGES_DELETE="true"), large(text=text))
    result.assert_outcomes("NonRetryable")
    assert not seen
    assert len(fake_lambda.s3.objects) == 2
    (copy,) = result.dead_letters
    assert copy.body == text
    assert copy.reason in (
        "InvalidMessageError: the body is in another bucket, or under another prefix, than large_messages allows",
        "InvalidMessageError: it has the attribute ExtendedPayloadSize, but its body is not a pointer to an object in S3",
    )


def test_object_is_deleted_only_after_success(fake_lambda: FakeLambda) -> None:
    for name in ("good", "failing", "never"):
        fake_lambda.s3.objects[BUCKET, f"orders/{name}"] = body(name).encode()

    def handle(job: Job) -> None:
        if job.id == "never":
            raise NonRetryable("no")
        if job.id == "failing":
            raise ConnectionError("later")

    messages = [large(name, text=pointer(key=f"orders/{name}")) for name in ("good", "failing", "never")]
    result = fake_lambda.invoke(a_worker(handle, WORKER_LARGE_MESSAGES_DELETE="true"), *messages)
    result.assert_outcomes("Processed", "Failed", "NonRetryable")
    assert {key for _, key in fake_lambda.s3.objects} == {"orders/failing", "orders/never"}
    (copy,) = result.dead_letters
    assert copy.body == pointer(key="orders/never")
    assert copy.request["MessageAttributes"]["ExtendedPayloadSize"] == {"DataType": "Number", "StringValue": "2000000"}


def test_missing_object_fails_like_any_other_error(fake_lambda: FakeLambda) -> None:
    result = fake_lambda.invoke(a_worker(lambda job: None), large())
    result.assert_outcomes("Failed")
    assert "NoSuchKey" in (result["m"].reason or "")


def test_object_that_cannot_be_deleted_changes_no_outcome(fake_lambda: FakeLambda, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_lambda.s3.objects[BUCKET, KEY] = body("a").encode()
    refusal = {"Errors": [{"Code": "AccessDenied", "Message": "no"}]}
    monkeypatch.setattr(fake_lambda.s3.client, "delete_objects", lambda **_: refusal)
    result = fake_lambda.invoke(a_worker(lambda job: None, WORKER_LARGE_MESSAGES_DELETE="true"), large())
    result.assert_outcomes("Processed")
    (line,) = [line for line in result.log if line.get("level") == "ERROR"]
    assert (line["message"], line["reason"]) == ("large bodies not deleted", "AccessDenied: no")


def test_body_that_is_not_utf_8_goes_to_the_dlq(fake_lambda: FakeLambda) -> None:
    fake_lambda.s3.objects[BUCKET, KEY] = b"\xff"
    fake_lambda.invoke(a_worker(lambda text: None, str), large()).assert_outcomes("NonRetryable")


def test_without_the_setting_the_body_is_the_pointer(fake_lambda: FakeLambda) -> None:
    seen: list[str] = []
    worker = Worker(str, seen.append, HandlerSettings.from_environment({}))
    fake_lambda.invoke(worker, large()).assert_outcomes("Processed")
    assert seen == [pointer()]


def test_producer_and_worker_agree(fake_lambda: FakeLambda) -> None:
    producer = Producer[Any](
        Job,
        QUEUE_URL,
        client=fake_lambda.sqs.client,
        large_messages_bucket=BUCKET,
        large_messages_prefix="orders/",
        max_message_size=1_000,
        s3=fake_lambda.s3.client,
    )
    jobs = [Job(id="small"), Job(id="x" * 2_000), Job(id="y" * 1_200_000)]
    producer.send_many(jobs)
    sent = fake_lambda.sqs.sent
    assert len(fake_lambda.sqs.of("SendMessageBatch")) == 1
    assert sent[1]["MessageAttributes"] == {
        "ExtendedPayloadSize": {"DataType": "Number", "StringValue": str(len(body(jobs[1].id)))}
    }
    kind, place = json.loads(sent[1]["MessageBody"])
    assert (kind, place["s3BucketName"], place["s3Key"][:7], len(place["s3Key"])) == (POINTER, BUCKET, "orders/", 43)
    seen: list[Job] = []
    messages = [SqsMessage(entry["MessageBody"], entry["Id"], attributes=numbers(entry)) for entry in sent]
    fake_lambda.invoke(a_worker(seen.append, WORKER_LARGE_MESSAGES_DELETE="true"), *messages).assert_outcomes("Processed")
    assert seen == jobs
    assert not fake_lambda.s3.objects


def numbers(entry: dict[str, Any]) -> dict[str, int]:
    return {name: int(value["StringValue"]) for name, value in entry.get("MessageAttributes", {}).items()}


def test_single_large_message_is_sent(fake_lambda: FakeLambda) -> None:
    producer = Producer[str](
        str, QUEUE_URL, client=fake_lambda.sqs.client, large_messages_bucket=BUCKET, s3=fake_lambda.s3.client
    )
    producer.send("ü" * 131_072)
    producer.send("ü" * 131_073)
    first, second = fake_lambda.sqs.of("SendMessage")
    assert len(first["MessageBody"].encode()) == 262_144
    assert second["MessageAttributes"]["ExtendedPayloadSize"]["StringValue"] == "262146"
    assert list(fake_lambda.s3.objects.values()) == [("ü" * 131_073).encode()]


def test_copy_in_the_dlq_keeps_pointer_and_attribute() -> None:
    request, has_reason = copy_request(large().record(), "no", DLQ_URL, 262_144)
    assert request["MessageBody"] == pointer()
    assert request["MessageAttributes"]["ExtendedPayloadSize"]["StringValue"] == "2000000"
    assert has_reason
