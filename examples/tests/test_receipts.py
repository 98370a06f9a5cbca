import pytest
from botocore.stub import Stubber

RECEIPT = {"receipt_id": "r-1", "to": "b@shop.com"}
SENT = {"id": {"S": "r-1"}, "status": {"S": "COMPLETED"}, "data": {"S": "null"}, "expiration": {"N": "9999999999"}}


@pytest.fixture
def main(load_handler):
    return load_handler("handlers.receipts.main", DONE_TABLE="done")


def test_second_delivery_sends_nothing(main, fake_lambda, monkeypatch):
    posted = []
    monkeypatch.setattr(main, "post", posted.append)
    with Stubber(main.done.client) as table:
        table.add_response("put_item", {})  # the first delivery begins
        table.add_response("update_item", {})  # and ends
        table.add_client_error("put_item", "ConditionalCheckFailedException", modeled_fields={"Item": SENT})
        for _ in range(2):
            fake_lambda.invoke(main.lambda_handler, RECEIPT).assert_outcomes("Processed")
    assert posted == [RECEIPT]
