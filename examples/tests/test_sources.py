from queuesmith_worker.testing import eventbridge_event

RECORD = {
    "eventVersion": "2.1",
    "eventSource": "aws:s3",
    "awsRegion": "eu-central-1",
    "eventTime": "2026-11-30T12:00:00Z",
    "eventName": "ObjectCreated:Put",
    "userIdentity": {"principalId": "AWS:EXAMPLE"},
    "requestParameters": {"sourceIPAddress": "10.0.0.1"},
    "responseElements": {"x-amz-request-id": "EXAMPLE", "x-amz-id-2": "EXAMPLE"},
    "s3": {
        "s3SchemaVersion": "1.0",
        "configurationId": "imports",
        "bucket": {"name": "shop-uploads", "ownerIdentity": {"principalId": "EXAMPLE"}, "arn": "arn:aws:s3:::shop-uploads"},
        "object": {"key": "orders/May+1.csv", "size": 3, "eTag": "EXAMPLE", "sequencer": "1"},
    },
}
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-30T12:00:00Z", "Bucket": "shop-uploads"}


def test_uploaded_file_is_imported(load_handler, fake_lambda, monkeypatch):
    main = load_handler("handlers.imports.main")
    imported = []
    monkeypatch.setattr(main, "import_file", lambda bucket, key: imported.append(f"{bucket}/{key}"))
    result = fake_lambda.invoke(main.lambda_handler, TEST_EVENT, {"Records": [RECORD]})
    result.assert_outcomes("Processed", "Processed")
    assert imported == ["shop-uploads/orders/May 1.csv"]


def test_order_of_an_event_is_shipped(load_handler, fake_lambda):
    main = load_handler("handlers.fulfilment.main")
    event = eventbridge_event({"order_id": "o-1"}, "Order placed", "shop")
    result = fake_lambda.invoke(main.lambda_handler, event)
    result.assert_outcomes("Processed")
    assert result["message-1"].log[0]["order_id"] == "o-1"
