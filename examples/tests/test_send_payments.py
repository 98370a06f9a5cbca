from dataclasses import replace

from handlers.payments.payment import Payment

URL = "https://sqs.eu-central-1.amazonaws.com/111111111111/prod-payments.fifo"


def test_account_is_the_message_group(load_handler, fake_lambda):
    producer = replace(load_handler("send_payments", PAYMENTS_QUEUE=URL).payments, client=fake_lambda.sqs.client)
    producer.send_many([Payment(payment_id="p-1", account="a-1", amount="12.50")])
    (sent,) = fake_lambda.sqs.sent
    assert (sent["MessageGroupId"], sent["MessageDeduplicationId"]) == ("a-1", "p-1")
