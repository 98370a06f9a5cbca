from dataclasses import replace

from handlers.exports.export import Export
from queuesmith_worker.testing import QUEUE_URL, SqsMessage


def test_customer_is_the_message_group(load_handler, fake_lambda):
    producer = replace(load_handler("send_exports", EXPORTS_QUEUE=QUEUE_URL).exports, client=fake_lambda.sqs.client)
    producer.send_many([Export(export_id=each, customer_id="c-1") for each in ("e-1", "e-2")])
    assert [each["MessageGroupId"] for each in fake_lambda.sqs.sent] == ["c-1", "c-1"]


def test_log_line_has_the_customer(load_handler, fake_lambda):
    main = load_handler("handlers.exports.main")
    message = SqsMessage(Export(export_id="e-1", customer_id="c-1"), group="c-1")
    result = fake_lambda.invoke(main.lambda_handler, message)
    result.assert_outcomes("Processed")
    assert result["message-1"].log[0]["message_group_id"] == "c-1"
