"""The sample's handler, freshly imported, against botocore's stubbed DynamoDB.

The end-to-end tests run the same handler against a table in the emulator.
"""

from __future__ import annotations

import ast
import importlib
import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from handlers.orders.order import Order
from queuesmith.local.sample_orders import order
from queuesmith_worker.clients import Sqs
from queuesmith_worker.log import logger
from queuesmith_worker.outcomes import SettingsError
from tests.conftest import ROOT
from tests.unit.handler.world import DLQ, REGION, Context, RecordingSqs, record

PUT = dict.fromkeys(("TableName", "Item", "ConditionExpression", "ReturnValuesOnConditionCheckFailure"), ANY)


class Handler:
    """A freshly imported handler, and the table that it writes to."""

    def __init__(self) -> None:
        sys.modules.pop("handlers.orders.main", None)
        self._module = importlib.import_module("handlers.orders.main")
        self.log = io.StringIO()
        logger.registered_handler.setStream(self.log)  # type: ignore[attr-defined]
        self.sqs = RecordingSqs()
        self._module.worker._sqs = Sqs(self.sqs.client)
        arguments = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        client = boto3.client("dynamodb", region_name=REGION, **arguments)  # type: ignore[call-overload]
        self.table = Stubber(client)
        self.table.activate()
        self._module.orders._client = client

    def __call__(self, *bodies: str) -> list[str]:
        records = [record(f"m-{position}", text) for position, text in enumerate(bodies)]
        response = self._module.lambda_handler({"Records": records}, Context())
        return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]

    def accepts(self, number: int) -> None:
        expected = {
            "TableName": "test-table",
            "Item": Order.model_validate(order(number)).as_item(),
            "ConditionExpression": "attribute_not_exists(order_id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        self.table.add_response("put_item", {}, expected)

    def refuses(self, code: str, **response: Any) -> None:
        self.table.add_client_error("put_item", code, expected_params=PUT, modeled_fields=response)


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    monkeypatch.setenv("ORDERS_TABLE", "test-table")
    monkeypatch.setenv("WORKER_DEAD_LETTER_QUEUE_URL", DLQ)
    started = Handler()
    yield started
    started.table.assert_no_pending_responses()


def text(number: int) -> str:
    return json.dumps(order(number))


def test_the_samples_main_has_fewer_than_60_lines() -> None:
    assert len((ROOT / "handlers" / "orders" / "main.py").read_text().splitlines()) < 60


def test_toolkit_imports_no_handler() -> None:
    for path in (ROOT / "queuesmith_worker").rglob("*.py"):
        imported = {node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)}
        of_ours = {name for name in imported if name and name.split(".")[0] in ("handlers", "stacks", "queuesmith")}
        assert {name for name in of_ours if not name.startswith("queuesmith_worker")} == set(), path


def test_order_is_written_once_and_its_message_deleted(handler: Handler) -> None:
    handler.accepts(1)
    assert handler(text(1)) == []


def test_only_the_invalid_message_goes_to_the_dlq(handler: Handler) -> None:
    handler.accepts(1)
    handler.accepts(2)
    assert handler(text(1), "not JSON", text(2)) == []
    assert [request["MessageBody"] for request in handler.sqs.of("SendMessage")] == ["not JSON"]


def test_second_delivery_changes_nothing_and_counts_as_already_done(handler: Handler) -> None:
    stored = {"digest": {"S": Order.model_validate(order(1)).digest}}
    handler.refuses("ConditionalCheckFailedException", Item=stored)
    assert handler(text(1)) == []
    assert "message already done" in handler.log.getvalue()


def test_different_order_with_an_existing_id_goes_to_the_dlq(handler: Handler) -> None:
    handler.refuses("ConditionalCheckFailedException", Item={"digest": {"S": "another"}})
    assert handler(text(1)) == []
    (request,) = handler.sqs.of("SendMessage")
    reason = request["MessageAttributes"]["FailureReason"]["StringValue"]
    assert reason == "OrderConflictError: order order-00001 is already stored with other content"


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "AccessDeniedException", "InternalServerError"])
def test_message_is_returned_if_the_table_fails(handler: Handler, code: str) -> None:
    handler.refuses(code)
    assert handler(text(1)) == ["m-0"]
    assert handler.sqs.requests == []


def test_a_handler_works_again_after_a_failure(handler: Handler) -> None:
    handler.refuses("InternalServerError")
    assert handler(text(1)) == ["m-0"]
    handler.accepts(1)
    assert handler(text(1)) == []


def test_without_its_table_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERS_TABLE", raising=False)
    with pytest.raises(SettingsError, match="the environment variable ORDERS_TABLE is not set"):
        Handler()


def test_sqs_client_is_created_when_first_needed(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    def make_client(*_: Any, **__: Any) -> Any:
        made.append(handler.sqs.client)
        return handler.sqs.client

    monkeypatch.setattr(boto3, "client", make_client)
    monkeypatch.setattr(handler._module.worker, "_sqs", Sqs())
    handler.accepts(1)
    assert (handler(text(1)), len(made)) == ([], 0)
    assert (handler("not JSON"), handler("nor this"), len(made)) == ([], [], 1)
