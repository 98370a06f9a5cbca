import pytest
from botocore.stub import Stubber

from queuesmith_worker.testing import DLQ_URL, SqsMessage

ITEM = {"payment_id": {"S": "p-1"}, "account": {"S": "a-1"}, "amount": {"N": "12.5"}}


@pytest.fixture
def main(load_handler):
    return load_handler("handlers.payments.main", PAYMENTS_TABLE="payments", WORKER_DEAD_LETTER_QUEUE_URL=DLQ_URL)


@pytest.fixture
def table(main):
    """The responses of the table, in the order of the requests."""
    with Stubber(main.dynamodb) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def payment(id, account="a-1", amount="12.50"):
    return SqsMessage({"payment_id": id, "account": account, "amount": amount}, group=account)


def test_payment_is_written_once(main, table, fake_lambda):
    request = {
        "TableName": "payments",
        "Item": ITEM,
        "ConditionExpression": "attribute_not_exists(payment_id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    table.add_response("put_item", {}, request)
    table.add_client_error("put_item", "ConditionalCheckFailedException", modeled_fields={"Item": ITEM})
    result = fake_lambda.invoke(main.lambda_handler, payment("p-1"), payment("p-1"), queue="payments.fifo")
    result.assert_outcomes("Processed", "Duplicate")


def test_other_payment_under_the_same_id_is_in_the_dlq(main, table, fake_lambda):
    table.add_client_error("put_item", "ConditionalCheckFailedException", modeled_fields={"Item": ITEM})
    result = fake_lambda.invoke(main.lambda_handler, payment("p-1", amount="99.00"), queue="payments.fifo")
    result.assert_outcomes("NonRetryable")
    assert result.dead_letters[0].reason == "NonRetryable: payment p-1 is in the table with other content"


def test_failed_payment_holds_back_its_account_only(main, table, fake_lambda):
    table.add_client_error("put_item", "ThrottlingException")
    table.add_response("put_item", {})
    batch = payment("p-1"), payment("p-2"), payment("p-3", account="a-2")
    result = fake_lambda.invoke(main.lambda_handler, *batch, queue="payments.fifo")
    result.assert_outcomes("Failed", "HeldBack", "Processed")
