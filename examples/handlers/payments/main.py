"""Writes each payment once.

The messages of one account are delivered in the order in which they were sent. A failed message holds back the later messages
of its message group, but no other group.
"""

from __future__ import annotations

from typing import Any

import boto3

from handlers.payments.payment import Payment
from queuesmith_worker import SHORT_TIMEOUTS, AlreadyDone, HandlerSettings, NonRetryable, Worker, note


class PaymentSettings(HandlerSettings):
    payments_table: str  # PAYMENTS_TABLE contains the name of the table


settings = PaymentSettings.from_environment()
dynamodb: Any = boto3.client("dynamodb", config=SHORT_TIMEOUTS)


def handle_payment(payment: Payment) -> None:
    """Write the payment, unless the table has it. SQS recognizes duplicates only for five minutes."""
    note(payment_id=payment.payment_id)
    item: dict[str, Any] = {
        "payment_id": {"S": payment.payment_id},
        "account": {"S": payment.account},
        "amount": {"N": f"{payment.amount.normalize():f}"},  # in the format in which DynamoDB returns numbers
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
