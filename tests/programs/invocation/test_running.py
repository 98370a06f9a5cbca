"""A handler runs on this machine as in Lambda, in a real process."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.operations.invocation import execution_environment
from queuesmith.operations.invocation.handler_run import check_handler, run_handler
from queuesmith.operations.invocation.local_function import LocalFunction
from queuesmith.operations.messages import Message
from tests.conftest import ROOT
from tests.programs.invocation.handler import FAILS_SOME, QUEUES, Handler, outcomes


def test_response_names_the_failed_messages(handler: Handler) -> None:
    batch = handler.run_one(FAILS_SOME, "a", "fail", "b")
    assert outcomes(batch) == ["processed", "failed", "processed"]
    assert [message.body for message in batch.messages] == ["a", "fail", "b"]
    assert batch.response == {"batchItemFailures": [{"itemIdentifier": batch.messages[1].message_id}]}
    assert (batch.number, batch.failure, batch.note) == (1, None, "")


def test_batches_have_the_configured_size_and_share_a_process(handler: Handler) -> None:
    code = """
        import os
        calls = 0
        def lambda_handler(event, context):
            global calls
            calls += 1
            print(os.getpid(), calls, len(event["Records"]))
    """
    batches = handler.run(code, *"abcde", batch_size=2)
    assert [len(batch.messages) for batch in batches] == [2, 2, 1]
    pids, calls, sizes = zip(*(line.split() for line in handler.written), strict=True)
    assert (len(set(pids)), calls, sizes) == (1, ("1", "2", "3"), ("2", "2", "1"))
    assert len({batch.request_id for batch in batches}) == 3


def test_nothing_starts_without_a_message(handler: Handler) -> None:
    handler.write("def lambda_handler(event, context): ...")
    assert run_handler(LocalFunction(handler.folder), [], on_output=handler.written.append) == []


def test_exception_fails_the_batch_with_the_handlers_traceback(handler: Handler) -> None:
    code = """
        def work(record):
            raise KeyError(record["body"])
        def lambda_handler(event, context):
            try:
                work(event["Records"][0])
            except KeyError as error:
                raise ValueError("not so") from error
    """
    batch = handler.run_one(code, "a", "b")
    assert outcomes(batch) == ["failed", "failed"]
    assert batch.failure is not None
    assert (batch.failure.kind, batch.failure.type, batch.failure.message) == ("exception", "ValueError", "not so")
    assert batch.failure.traceback.startswith("Traceback (most recent call last):\n")
    assert "KeyError: 'a'" in batch.failure.traceback
    assert str(execution_environment.HANDLER_PROCESS) not in batch.failure.traceback
    assert "importlib" not in batch.failure.traceback


def test_process_is_reused_after_an_exception(handler: Handler) -> None:
    code = """
        import os
        def lambda_handler(event, context):
            print(os.getpid())
            raise RuntimeError("away")
    """
    assert outcomes(*handler.run(code, "a", "b", batch_size=1)) == ["failed", "failed"]
    assert len(set(handler.written)) == 1


def test_exception_without_a_text_is_reported(handler: Handler) -> None:
    code = """
        class Odd(Exception):
            def __str__(self): raise RuntimeError
        def lambda_handler(event, context):
            raise Odd
    """
    failure = handler.run_one(code).failure
    assert failure is not None
    assert (failure.type, failure.message) == ("Odd", "(the error has no message)")


def test_handlers_stdout_and_stderr_are_streamed(handler: Handler) -> None:
    code = """
        import sys, time
        from pathlib import Path
        def lambda_handler(event, context):
            print("to stdout")
            print('{"response": "not this"}')
            sys.stderr.write("to stderr, without an end")
            while not Path(event["Records"][0]["body"]).exists():
                time.sleep(0.01)
            return {"batchItemFailures": []}
    """
    seen, written = handler.folder.parent / "seen", []

    def show(line: str) -> None:
        written.append(line)
        seen.touch()

    handler.write(code)
    (batch,) = run_handler(LocalFunction(handler.folder), [Message(str(seen))], on_output=show)
    assert batch.response == {"batchItemFailures": []}
    assert written == ["to stdout", '{"response": "not this"}', "to stderr, without an end"]


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("import absent", "Runtime.ImportModuleError", "Unable to import module 'main': No module named 'absent'"),
        ("raise RuntimeError('at once')\ndef lambda_handler(): ...", "RuntimeError", "at once"),
        ("def lambda_handler(): ...\n[].absent", "AttributeError", "'list' object has no attribute 'absent'"),
        ("if True:\n    other = 1", "Runtime.HandlerNotFound", "Handler 'lambda_handler' missing on module 'main'"),
    ],
)
def test_import_error_fails_every_batch_and_is_raised_once(handler: Handler, code: str, kind: str, message: str) -> None:
    batches = handler.run(f"print('loading')\n{code}\nif False: from x import *", "a", "b", batch_size=1)
    assert outcomes(*batches) == ["failed", "failed"]
    for batch in batches:
        assert batch.failure is not None
        assert (batch.failure.kind, batch.failure.type, batch.failure.message) == ("import", kind, message)
    assert handler.written == ["loading"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"code": Path("nowhere")}, "There is no folder nowhere with the handler's code. Specify it: --code FOLDER"),
        ({"handler": "main"}, 'The handler is "main", but must be MODULE.FUNCTION, such as main.lambda_handler'),
        (
            {"handler": "main.lambda_handlr"},
            'The handler is "main.lambda_handlr", but handlers/main.py has no function lambda_handlr. '
            'Set function.handler to "main.lambda_handler"',
        ),
        (
            {"handler": "mail.handle"},
            'The handler is "mail.handle", but handlers/mail.py does not exist. '
            "Set function.handler to a function in handlers/",
        ),
    ],
)
def test_missing_handler_is_refused_before_anything_runs(handler: Handler, changes: Any, text: str) -> None:
    with pytest.raises(UsageError) as error:
        handler.run(FAILS_SOME, **changes)
    assert str(error.value) == text
    check_handler(LocalFunction(handler.folder))


def test_projects_handler_fails_a_non_retryable_message(handler: Handler) -> None:
    shell = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1", **dict.fromkeys(QUEUES, "https://sqs/queue")}
    variables = {"ORDERS_TABLE": "orders", "POWERTOOLS_SERVICE_NAME": "dev-orders"}
    function = LocalFunction(ROOT / "handlers" / "orders", environment=variables)
    batches = run_handler(
        function, [Message('{"order_id": "o-1"}', message_id="m-1")], shell=shell, on_output=handler.written.append
    )
    assert outcomes(*batches) == ["failed"]
    assert batches[0].response == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    line = json.loads(handler.written[0])
    assert (line["message_id"], line["function_name"], line["level"]) == ("m-1", "local", "WARN")
    assert line["reason"].startswith("InvalidMessageError: ")


def test_projects_handler_does_not_start_without_its_table(handler: Handler) -> None:
    shell = {name: value for name, value in os.environ.items() if name != "ORDERS_TABLE"}
    (batch,) = run_handler(
        LocalFunction(ROOT / "handlers" / "orders"), [Message("{}")], shell=shell, on_output=handler.written.append
    )
    assert batch.failure is not None
    assert (batch.failure.kind, batch.failure.type) == ("import", "SettingsError")
