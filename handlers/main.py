"""The Lambda handler: each message alone; what fails is returned to SQS, the rest is deleted."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.order_table import OrderTable
from handlers.orders import Order

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
orders = OrderTable(os.environ["ORDERS_TABLE"])


def handle_order(order: Order) -> None:
    """The work: put your own here."""
    if orders.add(order):
        logger.info("order written", order_id=order.order_id)
    else:
        logger.info("order was there already", order_id=order.order_id)


def handle_record(record: SQSRecord) -> None:
    """One message. Whatever is raised here makes this message, and no other, come back."""
    receives = int(record.attributes.approximate_receive_count)
    with logger.append_context_keys(message_id=record.message_id, receive_count=receives):
        try:
            handle_order(Order.parse(record.body))
        except Exception as error:
            logger.warning("message failed", reason=f"{type(error).__name__}: {error}")
            raise


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What Lambda calls. Returns the ids of the messages that failed (ReportBatchItemFailures)."""
    response = process_partial_response(event=event, record_handler=handle_record, processor=processor, context=context)
    return dict(response)
