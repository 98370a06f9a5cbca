"""The sample's work as Powertools' guide shows it: batch, logger and metrics, without the additions of queuesmith_worker."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from benchmarks.plain.order_table import OrderTable
from handlers.orders.order import Order

logger = Logger()
metrics = Metrics(namespace="queuesmith")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
table = OrderTable(os.environ["ORDERS_TABLE"])


def handle_order(order: Order) -> None:
    """The work."""
    table.add(order)


def handle_record(record: SQSRecord) -> None:
    """Process one message."""
    keys = {"message_id": record.message_id, "receive_count": record.attributes.approximate_receive_count}
    with logger.append_context_keys(**keys):
        try:
            handle_order(Order.model_validate_json(record.body))
        except Exception:
            logger.exception("message failed")
            metrics.add_metric(name="Failed", unit=MetricUnit.Count, value=1)
            raise
        metrics.add_metric(name="Processed", unit=MetricUnit.Count, value=1)
        logger.info("message processed")


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda handler."""
    return dict(process_partial_response(event=event, record_handler=handle_record, processor=processor, context=context))
