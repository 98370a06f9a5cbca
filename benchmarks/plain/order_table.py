"""The sample's conditional write, without the sample's explanations."""

from __future__ import annotations

import boto3
from botocore.config import Config

from handlers.orders.order import Order

SHORT_TIMEOUTS = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})


class OrderTable:
    """The table of orders, by its name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._client = boto3.client("dynamodb", config=SHORT_TIMEOUTS)

    def add(self, order: Order) -> bool:
        """Write the order. Returns False if it exists."""
        try:
            self._client.put_item(
                TableName=self._name, Item=order.as_item(), ConditionExpression="attribute_not_exists(order_id)"
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True
