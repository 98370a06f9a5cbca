"""Writes orders to DynamoDB. Each order is written once, even if its message is delivered several times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from handlers.orders.order import Order
from queuesmith_worker import SHORT_TIMEOUTS, NonRetryable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class OrderConflictError(NonRetryable):
    """Another order is stored under the same id. A retry cannot change that."""


class OrderTable:
    """The table of orders."""

    def __init__(self, name: str, client: DynamoDBClient | None = None) -> None:
        self._name = name
        self._client: DynamoDBClient = client or boto3.client("dynamodb", config=SHORT_TIMEOUTS)

    def add(self, order: Order) -> bool:
        """Write the order and return True, or return False if the same order is already in the table.

        Raises OrderConflictError if another order has the same id, and boto3's exceptions if the request fails.
        """
        try:
            self._client.put_item(
                TableName=self._name,
                Item=order.as_item(),
                ConditionExpression="attribute_not_exists(order_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            response: dict[str, Any] = dict(error.response)
            stored = response.get("Item", {}).get("digest", {}).get("S")
            if stored != order.digest:
                raise OrderConflictError(f"order {order.order_id} is already stored with other content") from error
            return False
        return True
