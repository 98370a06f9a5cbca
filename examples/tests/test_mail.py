from queuesmith_worker import Secret
from queuesmith_worker.testing import DLQ_URL, SqsMessage

ARN = "arn:aws:secretsmanager:eu-central-1:111111111111:secret:shop/smtp-AbCdEf"


def test_mail_is_sent(load_handler, fake_lambda, monkeypatch):
    main = load_handler("handlers.mail.main", SMTP_SECRET=ARN)
    sent = []
    monkeypatch.setattr(Secret, "value", "a password")
    monkeypatch.setattr(main, "send", lambda mail, password: sent.append((mail.id, password)))
    fake_lambda.invoke(main.lambda_handler, {"id": "a", "to": "b@shop.com"}).assert_outcomes("Processed")
    assert sent == [("a", "a password")]


def test_refused_mail_is_in_the_dlq(load_handler, fake_lambda):
    main = load_handler("handlers.mail.main", SMTP_SECRET=ARN, WORKER_DEAD_LETTER_QUEUE_URL=DLQ_URL)
    result = fake_lambda.invoke(main.lambda_handler, main.Mail(id="a", to="b@example.com"), "not JSON")
    result.assert_outcomes("NonRetryable", "NonRetryable")
    assert result.dead_letters[0].reason == "NonRetryable: example.com has no mailboxes"


def test_failed_mail_holds_back_its_message_group(load_handler, fake_lambda, monkeypatch):
    main = load_handler("handlers.mail.main", SMTP_SECRET=ARN)
    monkeypatch.setattr(Secret, "value", "a password")
    first, second = (SqsMessage(main.Mail(id=each, to="b@shop.com"), group="b") for each in ("a", "c"))
    result = fake_lambda.invoke(main.lambda_handler, first, second, queue="mail.fifo")
    result.assert_outcomes("Failed", "HeldBack")
    assert result["message-1"].reason.startswith("NotImplementedError")
