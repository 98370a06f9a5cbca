"""The Lambda handler of the worker `orders`. Each message is an order, and each is written to DynamoDB once."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.orders.order import Order
from handlers.orders.order_table import OrderTable
from queuesmith_worker import AlreadyDone, HandlerSettings, Worker, note


class OrderSettings(HandlerSettings):
    """The function's environment variables."""

    orders_table: str
    """ORDERS_TABLE: the name of the table."""


settings = OrderSettings.from_environment()
table = OrderTable(settings.orders_table)


def handle_order(order: Order) -> None:
    """Process one order. Replace this function with your own.

    If it returns, the message is deleted. If it raises NonRetryable, the message goes to the DLQ immediately if the settings
    have `failures.send_to_dlq_immediately`. If it raises anything else, the message returns to the queue.
    """
    note(order_id=order.order_id)
    if not table.add(order):
        raise AlreadyDone(f"order {order.order_id} is already in the table")


worker = Worker(Order, handle_order, settings)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Process a batch. Lambda calls this. Returns the ids of the failed messages (ReportBatchItemFailures)."""
    return worker(event, context)
