"""The Lambda handler against botocore's stubbed DynamoDB: what is written, what comes back, and what is said about it.

The stub stands for a table here; the end-to-end tests run the same handler against an emulated one.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from handlers.orders import Order
from queuesmith.local.sample_orders import order


@dataclass
class Context:
    """What Lambda passes beside the event, as far as Powertools reads it."""

    function_name: str = "test-orders"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:test-orders"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"


class Handler:
    """A freshly started handler, and the table that it writes to."""

    def __init__(self) -> None:
        sys.modules.pop("handlers.main", None)
        self._module = importlib.import_module("handlers.main")
        self.log = io.StringIO()
        self._module.logger.registered_handler.setStream(self.log)
        client = boto3.client("dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
        self.table = Stubber(client)
        self.table.activate()
        self._module.orders._client = client

    def __call__(self, *bodies: str) -> list[str]:
        """Handle a batch; the ids of the messages that come back."""
        records = [
            {
                "messageId": f"m-{position}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "3"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for position, body in enumerate(bodies)
        ]
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
        self.table.add_client_error("put_item", code, expected_params=ANY_PUT, modeled_fields=response)


ANY_PUT = dict.fromkeys(("TableName", "Item", "ConditionExpression", "ReturnValuesOnConditionCheckFailure"), ANY)


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    monkeypatch.setenv("ORDERS_TABLE", "test-table")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test-orders")
    started = Handler()
    yield started
    started.table.assert_no_pending_responses()


def body(number: int) -> str:
    return json.dumps(order(number))


def test_an_order_is_written_once_and_its_message_deleted(handler: Handler) -> None:
    handler.accepts(1)
    assert handler(body(1)) == []


def test_a_bad_message_fails_alone(handler: Handler) -> None:
    handler.accepts(1)
    handler.accepts(2)
    assert handler(body(1), "not JSON", body(2)) == ["m-1"]


def test_a_batch_of_nothing_but_bad_messages_returns_each_of_them(handler: Handler) -> None:
    assert handler("", "{}", "null") == ["m-0", "m-1", "m-2"]


def test_a_second_delivery_changes_nothing_and_counts_as_done(handler: Handler) -> None:
    stored = {"digest": {"S": Order.model_validate(order(1)).digest}}
    handler.refuses("ConditionalCheckFailedException", Item=stored)
    assert handler(body(1)) == []


def test_another_order_under_a_taken_id_is_a_failure_and_not_dropped(handler: Handler) -> None:
    handler.refuses("ConditionalCheckFailedException", Item={"digest": {"S": "another"}})
    assert handler(body(1)) == ["m-0"]


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "AccessDeniedException", "InternalServerError"])
def test_a_table_that_fails_brings_the_message_back(handler: Handler, code: str) -> None:
    handler.refuses(code)
    assert handler(body(1)) == ["m-0"]


def test_a_handler_works_again_after_a_failure(handler: Handler) -> None:
    assert handler("not JSON") == ["m-0"]
    handler.accepts(1)
    assert handler(body(1)) == []


def test_a_failure_is_logged_with_its_message_and_reason(handler: Handler) -> None:
    handler("not JSON")
    (line,) = [json.loads(text) for text in handler.log.getvalue().splitlines()]
    assert (line["level"], line["message"]) == ("WARNING", "message failed")
    assert (line["message_id"], line["receive_count"], line["service"]) == ("m-0", 3, "test-orders")
    assert line["reason"] == "InvalidOrderError: Invalid JSON: expected ident at line 1 column 2"


def test_what_an_order_says_is_not_logged(handler: Handler) -> None:
    handler(json.dumps({**order(1), "customer_id": ["secret-customer"]}))
    logged = handler.log.getvalue()
    assert "customer_id: Input should be a valid string" in logged
    assert "secret-customer" not in logged
