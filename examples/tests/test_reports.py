from dataclasses import replace

from handlers.reports.report import Report
from queuesmith_worker.testing import QUEUE_URL, SqsMessage

LARGE = Report(report_id="r-1", lines=["rent"] * 100_000)


def test_large_report_is_read_from_the_bucket(load_handler, fake_lambda):
    producer = load_handler("send_reports", REPORTS_QUEUE=QUEUE_URL).reports
    replace(producer, client=fake_lambda.sqs.client, s3=fake_lambda.s3.client).send_many([LARGE])
    (sent,) = fake_lambda.sqs.sent
    assert len(sent["MessageBody"]) < 200  # the pointer

    main = load_handler(
        "handlers.reports.main",
        WORKER_LARGE_MESSAGES_BUCKET="shop-large",
        WORKER_LARGE_MESSAGES_PREFIX="reports/",
        WORKER_LARGE_MESSAGES_DELETE="true",
    )
    size = int(sent["MessageAttributes"]["ExtendedPayloadSize"]["StringValue"])
    result = fake_lambda.invoke(main.lambda_handler, SqsMessage(sent["MessageBody"], attributes={"ExtendedPayloadSize": size}))
    result.assert_outcomes("Processed")
    assert result["message-1"].log[0]["lines"] == 100_000
    assert fake_lambda.s3.objects == {}  # delete_after_success
