"""The sample's handler, freshly imported, against botocore's stubbed DynamoDB.

The end-to-end tests run the same handler against a table in the emulator.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from handlers.orders.order import Order
from queuesmith_worker.outcomes import SettingsError
from queuesmith_worker.testing import DLQ_URL, BatchResult, FakeContext, FakeLambda, sqs_event
from queuesmith_worker.testing.events import REGION
from tests.conftest import ROOT
from tests.sample_orders import order

PUT = dict.fromkeys(("TableName", "Item", "ConditionExpression", "ReturnValuesOnConditionCheckFailure"), ANY)


class Handler:
    """A freshly imported handler, and the table that it writes to."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self.function = FakeLambda()
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        client = boto3.client("dynamodb", region_name=REGION, **keys)  # type: ignore[call-overload]
        self.table = Stubber(client)
        self.table.activate()
        module.table._client = client

    def __call__(self, *bodies: str) -> BatchResult:
        return self.function.invoke(self._module.lambda_handler, *bodies)

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
def handler(load_handler: Callable[..., ModuleType]) -> Iterator[Handler]:
    started = Handler(load_handler("handlers.orders.main", ORDERS_TABLE="test-table", WORKER_DEAD_LETTER_QUEUE_URL=DLQ_URL))
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
    result = handler(text(1))
    result.assert_outcomes("Processed")
    assert result.returned == []


def test_only_the_invalid_message_goes_to_the_dlq(handler: Handler) -> None:
    handler.accepts(1)
    handler.accepts(2)
    result = handler(text(1), "not JSON", text(2))
    result.assert_outcomes("Processed", "NonRetryable", "Processed")
    assert [copy.body for copy in result.dead_letters] == ["not JSON"]


def test_second_delivery_changes_nothing_and_counts_as_already_done(handler: Handler) -> None:
    stored = {"digest": {"S": Order.model_validate(order(1)).digest}}
    handler.refuses("ConditionalCheckFailedException", Item=stored)
    handler(text(1)).assert_outcomes("Duplicate")


def test_different_order_with_an_existing_id_goes_to_the_dlq(handler: Handler) -> None:
    handler.refuses("ConditionalCheckFailedException", Item={"digest": {"S": "another"}})
    result = handler(text(1))
    result.assert_outcomes("NonRetryable")
    (copy,) = result.dead_letters
    assert copy.reason == "OrderConflictError: order order-00001 is already stored with other content"


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "AccessDeniedException", "InternalServerError"])
def test_message_is_returned_if_the_table_fails(handler: Handler, code: str) -> None:
    handler.refuses(code)
    result = handler(text(1))
    assert (result.outcomes, result.returned) == (["Failed"], ["message-1"])
    assert handler.function.sqs.requests == []


def test_a_handler_works_again_after_a_failure(handler: Handler) -> None:
    handler.refuses("InternalServerError")
    handler(text(1)).assert_outcomes("Failed")
    handler.accepts(1)
    handler(text(1)).assert_outcomes("Processed")


def test_without_its_table_it_does_not_start(load_handler: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERS_TABLE", raising=False)
    with pytest.raises(SettingsError, match="the environment variable ORDERS_TABLE is not set"):
        load_handler("handlers.orders.main")


def test_sqs_client_is_created_when_first_needed(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    def make_client(*_: Any, **__: Any) -> Any:
        made.append(handler.function.sqs.client)
        return handler.function.sqs.client

    def failures(body: str) -> Any:
        return handler._module.lambda_handler(sqs_event(body), FakeContext())["batchItemFailures"]

    monkeypatch.setattr(boto3, "client", make_client)
    handler.accepts(1)
    assert (failures(text(1)), len(made)) == ([], 0)
    assert (failures("not JSON"), failures("nor this"), len(made)) == ([], [], 1)
