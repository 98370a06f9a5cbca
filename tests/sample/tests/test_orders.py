"""The handler of the worker `orders`, invoked as Lambda does it. DynamoDB's responses are stubbed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from botocore.stub import Stubber

from handlers.orders.order import Order
from queuesmith_worker.testing import DLQ_URL, FakeLambda

pytest_plugins = ["queuesmith_worker.testing.fixtures"]  # fake_lambda and load_handler
MESSAGE = json.loads((Path(__file__).parent / "messages" / "orders.json").read_text())


@pytest.fixture
def main(load_handler: Callable[..., ModuleType]) -> ModuleType:
    """The handler's module."""
    variables = {"ORDERS_TABLE": "orders", "WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL}
    return load_handler("handlers.orders.main", **variables)


@pytest.fixture
def table(main: ModuleType) -> Iterator[Stubber]:
    """The responses of the table, in the order of the requests."""
    with Stubber(main.table._client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_message_is_written_and_deleted(main: ModuleType, table: Stubber, fake_lambda: FakeLambda) -> None:
    request = {
        "TableName": "orders",
        "Item": Order.model_validate(MESSAGE).as_item(),
        "ConditionExpression": "attribute_not_exists(order_id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    table.add_response("put_item", {}, request)
    fake_lambda.invoke(main.lambda_handler, MESSAGE).assert_outcomes("Processed")


def test_second_delivery_changes_nothing(main: ModuleType, table: Stubber, fake_lambda: FakeLambda) -> None:
    stored = {"digest": {"S": Order.model_validate(MESSAGE).digest}}
    table.add_client_error("put_item", "ConditionalCheckFailedException", modeled_fields={"Item": stored})
    fake_lambda.invoke(main.lambda_handler, MESSAGE).assert_outcomes("Duplicate")


def test_other_content_under_the_same_id_goes_to_the_dlq(main: ModuleType, table: Stubber, fake_lambda: FakeLambda) -> None:
    stored = {"digest": {"S": "another"}}
    table.add_client_error("put_item", "ConditionalCheckFailedException", modeled_fields={"Item": stored})
    result = fake_lambda.invoke(main.lambda_handler, MESSAGE)
    result.assert_outcomes("NonRetryable")
    assert "is already stored with other content" in str(result.dead_letters[0].reason)


def test_only_the_invalid_message_goes_to_the_dlq(main: ModuleType, table: Stubber, fake_lambda: FakeLambda) -> None:
    table.add_response("put_item", {})
    result = fake_lambda.invoke(main.lambda_handler, MESSAGE, "not JSON")
    result.assert_outcomes("Processed", "NonRetryable")
    assert [copy.body for copy in result.dead_letters] == ["not JSON"]


def test_message_returns_to_the_queue_if_the_table_fails(main: ModuleType, table: Stubber, fake_lambda: FakeLambda) -> None:
    table.add_client_error("put_item", "InternalServerError")
    result = fake_lambda.invoke(main.lambda_handler, MESSAGE)
    result.assert_outcomes("Failed")
    assert result.messages[0].is_returned
