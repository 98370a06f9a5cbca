"""Sends each receipt once. Powertools' Idempotency records what was sent, because a mail is not an item in a table."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from queuesmith_worker import HandlerSettings, Worker


class Receipt(BaseModel):
    receipt_id: str
    to: str


class ReceiptSettings(HandlerSettings):
    done_table: str  # DONE_TABLE contains the name of the table


settings = ReceiptSettings.from_environment()
done = DynamoDBPersistenceLayer(table_name=settings.done_table)
once = IdempotencyConfig(
    event_key_jmespath="receipt_id",
    raise_on_no_idempotency_key=True,
    expires_after_seconds=18 * 86_400,  # the retention periods of the queue (4 days) and the DLQ (14 days)
)


def post(receipt: dict[str, str]) -> None:
    """Replace this with a call of your mail service."""
    raise NotImplementedError


@idempotent_function(data_keyword_argument="receipt", persistence_store=done, config=once)
def send(*, receipt: dict[str, str]) -> None:
    post(receipt)


def handle_receipt(receipt: Receipt) -> None:
    send(receipt=receipt.model_dump())


worker = Worker(Receipt, handle_receipt, settings)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    once.register_lambda_context(context)  # Idempotency needs the remaining time
    return worker(event, context)
