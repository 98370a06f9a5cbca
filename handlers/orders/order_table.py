"""Writes messages of the worker `orders` to DynamoDB. Each is written once, even if it is delivered several times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from handlers.orders.order import Order
from queuesmith_worker import SHORT_TIMEOUTS, NonRetryable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class OrderConflictError(NonRetryable):
    """Another order is already stored under the same id. A retry cannot change that."""


class OrderTable:
    """The DynamoDB table of the worker `orders`.

    Parameters
    ----------
    name
        The name of the table.
    client
        A boto3 client. Default: a new client.

    """

    def __init__(self, name: str, client: DynamoDBClient | None = None) -> None:
        self._name = name
        self._client: DynamoDBClient = client or boto3.client("dynamodb", config=SHORT_TIMEOUTS)

    def add(self, order: Order) -> bool:
        """Write an order, unless the table has it.

        Parameters
        ----------
        order
            The order.

        Returns
        -------
        bool
            Whether it was written. False if the same order is already in the table.

        Raises
        ------
        OrderConflictError
            If another order has the same id.
        botocore.exceptions.ClientError
            If DynamoDB refuses the request.

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
                text = f"order {order.order_id} is already stored with other content"
                raise OrderConflictError(text) from error
            return False
        return True
