"""A handler gets what Lambda would give it: the event, the context, its variables and its package."""

from __future__ import annotations

import hashlib
import os
import time
from typing import Any

import pytest

from queuesmith.operations.invocation import execution_environment
from queuesmith.operations.invocation.local_function import LocalFunction
from queuesmith.operations.invocation.sqs_event import md5_of_attributes, sqs_event
from queuesmith.operations.messages import Message
from tests.conftest import ROOT
from tests.programs.invocation.handler import ARN, QUEUES, Handler


def test_event_has_lambdas_format(handler: Handler) -> None:
    attributes: dict[str, Any] = {
        "kind": {"DataType": "String", "StringValue": "a"},
        "data": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    system = {
        "SentTimestamp": "1795534323760",
        "SenderId": "AROA:me",
        "ApproximateReceiveCount": "6",
        "AWSTraceHeader": "Root=1",
    }
    message = Message("päckchen", attributes, message_id="m-1", system=system)
    (record,) = handler.value("event", message)["Records"]
    assert record.pop("receiptHandle").startswith("queuesmith-invoke-")
    now = int(record["attributes"].pop("ApproximateFirstReceiveTimestamp"))
    assert abs(now / 1000 - time.time()) < 60
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    assert record == {
        "messageId": "m-1",
        "body": "päckchen",
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795534323760",
            "SenderId": "AROA:me",
            "AWSTraceHeader": "Root=1",
        },
        "messageAttributes": {
            "kind": {"stringValue": "a", **lists, "dataType": "String"},
            "data": {"binaryValue": "AP8=", **lists, "dataType": "Binary"},
        },
        "md5OfBody": hashlib.md5("päckchen".encode()).hexdigest(),  # noqa: S324 - SQS uses MD5
        "md5OfMessageAttributes": md5_of_attributes(attributes),
        "eventSource": "aws:sqs",
        "eventSourceARN": ARN,
        "awsRegion": "eu-west-1",
    }


def test_message_without_attributes_gets_those_of_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_795_534_323.76)
    first, second = sqs_event([Message("a"), Message("a", group="g")], ARN)["Records"]
    assert first["attributes"] == {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": "1795534323760",
        "SenderId": "AIDAQUEUESMITHINVOKE0",
        "ApproximateFirstReceiveTimestamp": "1795534323760",
    }
    assert "md5OfMessageAttributes" not in first
    assert first["messageId"] != second["messageId"]
    assert second["attributes"]["MessageGroupId"] == "g"


def test_fifo_messages_have_group_deduplication_id_and_sequence_number() -> None:
    known = Message("c", group="g", deduplication_id="d", system={"SequenceNumber": "18"})
    first, second, third = (
        each["attributes"] for each in sqs_event([Message("a"), Message("b"), known], f"{ARN}.fifo")["Records"]
    )
    assert first["MessageGroupId"] == "queuesmith-invoke"
    assert first["MessageDeduplicationId"] == hashlib.sha256(b"a").hexdigest()
    assert len(first["SequenceNumber"]) == 20
    assert first["SequenceNumber"] < second["SequenceNumber"]
    assert (third["MessageGroupId"], third["MessageDeduplicationId"], third["SequenceNumber"]) == ("g", "d", "18")


def test_context_has_lambdas_format(handler: Handler) -> None:
    code = """
        import time
        def lambda_handler(event, context):
            first = context.get_remaining_time_in_millis()
            time.sleep(0.05)
            context.log("a line\\n")
            second = context.get_remaining_time_in_millis()
            known = {name: value for name, value in vars(context).items() if not name.startswith("_")}
            nothing = [context.client_context, context.identity]
            return {"batchItemFailures": [], "known": known, "first": first, "second": second, "nothing": nothing}
    """
    batch = handler.run_one(code, name="dev-orders", memory=512, timeout=30)
    known = batch.response["known"]
    stream = known.pop("log_stream_name")
    assert known == {
        "aws_request_id": batch.request_id,
        "function_name": "dev-orders",
        "function_version": "$LATEST",
        "invoked_function_arn": "arn:aws:lambda:eu-west-1:111111111111:function:dev-orders",
        "log_group_name": "/aws/lambda/dev-orders",
        "memory_limit_in_mb": "512",
    }
    assert "/[$LATEST]" in stream
    assert 20_000 < batch.response["second"] <= batch.response["first"] - 50 <= 29_950
    assert batch.response["nothing"] == [None, None]
    assert handler.written == ["a line"]


def test_handler_has_variables_of_shell_lambda_and_function(handler: Handler) -> None:
    shell = {"PATH": os.environ["PATH"], "FROM_SHELL": "1", "BOTH": "shell", "AWS_REGION": "eu-north-1"}
    found = handler.value(
        "dict(os.environ)", shell=shell, name="dev-orders", region="eu-west-1", environment={"BOTH": "function"}
    )
    wanted = {
        "FROM_SHELL": "1",
        "BOTH": "function",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_LAMBDA_FUNCTION_NAME": "dev-orders",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/dev-orders",
        "TZ": ":UTC",
        "_HANDLER": "main.lambda_handler",
    }
    assert wanted.items() <= found.items()
    assert "LAMBDA_TASK_ROOT" not in found  # with it, Powertools would send traces


def test_handler_never_gets_the_urls_of_its_queues(handler: Handler) -> None:
    urls = dict.fromkeys(QUEUES, "https://sqs/queue")
    shell = {"PATH": os.environ["PATH"], **urls}
    found = handler.value("dict(os.environ)", shell=shell, environment={**urls, "AUDIT_QUEUE": "https://sqs/audit"})
    assert not found.keys() & {"WORKER_DEAD_LETTER_QUEUE_URL", "WORKER_QUEUE_URL"}
    assert found["AUDIT_QUEUE"] == "https://sqs/audit"
    configuration = {"Environment": {"Variables": {**urls, "TABLE": "t", "WORKER_TRACING": "true"}}}
    found = handler.value(
        "dict(os.environ)",
        shell=shell,
        environment=LocalFunction(handler.folder).with_deployed_variables(configuration).environment,
    )
    assert not found.keys() & {"WORKER_DEAD_LETTER_QUEUE_URL", "WORKER_QUEUE_URL", "WORKER_TRACING"}
    assert found["TABLE"] == "t"


def test_no_variable_of_this_process_leaks(handler: Handler) -> None:
    loaded = handler.value("{'modules': list(sys.modules), 'path': sys.path, 'arguments': sys.argv[1:]}")
    assert not [name for name in loaded["modules"] if name.split(".")[0] in ("queuesmith", "stacks", "tests", "boto3")]
    assert not {str(ROOT), str(execution_environment.HANDLER_PROCESS.parent), ""} & set(loaded["path"])
    assert loaded["arguments"] == []
    before = dict(os.environ)
    handler.value("os.environ.update(LEAK='1')")
    assert dict(os.environ) == before


def test_handler_imports_as_in_its_zip(handler: Handler) -> None:
    handler.folder.mkdir()
    (handler.folder / "__init__.py").write_text("")
    (handler.folder / "mail.py").write_text("def send(event, context): return {'name': __name__}")
    (handler.folder.parent / "beside.py").write_text("")
    code = """
        import importlib.util, handlers.mail, handlers.main
        def lambda_handler(event, context):
            beside = importlib.util.find_spec("beside")
            root = importlib.util.find_spec("mail")
            return {"name": __name__, "again": handlers.main.__name__, "beside": beside, "root": root}
    """
    assert handler.run_one(code).response == {"name": "main", "again": "handlers.main", "beside": None, "root": None}
    assert handler.run_one(code, handler="handlers.main.lambda_handler").response["name"] == "handlers.main"
    assert handler.run_one(code, handler="handlers/mail.send").response == {"name": "handlers.mail"}


def test_folder_at_the_root_of_its_zip_has_all_its_modules(handler: Handler) -> None:
    handler.folder.mkdir()
    (handler.folder / "app.py").write_text("import lib\ndef handle(event, context): return {'name': lib.__name__}")
    (handler.folder / "lib.py").write_text("")
    assert handler.run_one("", handler="app.handle", packaged=False).response == {"name": "lib"}


def test_working_directory_is_that_of_the_unpacked_zip(handler: Handler) -> None:
    assert handler.value("{'folder': os.getcwd()}") == {"folder": str(handler.folder.parent)}
