"""The handler of config/fifo.toml: as handlers/payments/main.py it goes into the package.

The messages of one account come in the order in which they were sent. One that fails holds back those behind it in its
group, and no other group's.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import boto3
from pydantic import BaseModel, Field

from queuesmith_worker import SHORT_TIMEOUTS, AlreadyDone, NonRetryable, Settings, Worker, note


class Payment(BaseModel):
    """A payment message; the producer gives it the account as its message group."""

    payment_id: Annotated[str, Field(min_length=1)]
    account: Annotated[str, Field(min_length=1)]
    amount: Annotated[Decimal, Field(gt=0, decimal_places=2)]


class PaymentSettings(Settings):
    """The function's environment variables."""

    payments_table: str
    """PAYMENTS_TABLE: the name of the table of payments."""


settings = PaymentSettings.from_environment()
dynamodb: Any = boto3.client("dynamodb", config=SHORT_TIMEOUTS)


def handle_payment(payment: Payment) -> None:
    """Write the payment, once: SQS forgets a deduplication id after five minutes, the table's condition does not."""
    note(payment_id=payment.payment_id)
    amount = f"{payment.amount.normalize():f}"  # as DynamoDB keeps numbers
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
