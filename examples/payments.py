"""The handler of config/fifo.toml. Copy it to handlers/payments/main.py to package it.

The messages of one account are delivered in the order in which they were sent. A failed message holds back the later messages
of its message group, but no other group.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import boto3
from pydantic import BaseModel, Field

from queuesmith_worker import SHORT_TIMEOUTS, AlreadyDone, HandlerSettings, NonRetryable, Worker, note


class Payment(BaseModel):
    """A payment message. The producer sets the account as its message group id."""

    payment_id: Annotated[str, Field(min_length=1)]
    account: Annotated[str, Field(min_length=1)]
    amount: Annotated[Decimal, Field(gt=0, decimal_places=2)]


class PaymentSettings(HandlerSettings):
    """The function's environment variables."""

    payments_table: str
    """PAYMENTS_TABLE: the name of the table of payments."""


settings = PaymentSettings.from_environment()
dynamodb: Any = boto3.client("dynamodb", config=SHORT_TIMEOUTS)


def handle_payment(payment: Payment) -> None:
    """Write the payment once. SQS deduplicates only for five minutes, so the table's condition prevents later duplicates."""
    note(payment_id=payment.payment_id)
    amount = f"{payment.amount.normalize():f}"  # in the format in which DynamoDB returns numbers
    item: dict[str, Any] = {
        "payment_id": {"S": payment.payment_id},
        "account": {"S": payment.account},
        "amount": {"N": amount},
    }
    try:
        dynamodb.put_item(
            TableName=settings.payments_table,
            Item=item,
            ConditionExpression="attribute_not_exists(payment_id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        if error.response.get("Item") == item:
            raise AlreadyDone(f"payment {payment.payment_id} is in the table") from None
        raise NonRetryable(f"payment {payment.payment_id} is in the table with other content") from None


lambda_handler = Worker(Payment, handle_payment, settings)
