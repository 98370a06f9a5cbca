import pytest

from queuesmith_worker.testing import QUEUE_URL

MAIL = {"to": "b@shop.com"}


@pytest.fixture
def main(load_handler):
    return load_handler("handlers.circuit.main", CIRCUIT_TABLE="circuits", WORKER_QUEUE_URL=QUEUE_URL)


def test_third_failure_opens_the_circuit(main, fake_lambda):
    result = fake_lambda.invoke(main.lambda_handler, MAIL, MAIL, MAIL, MAIL)
    result.assert_outcomes("Failed", "Failed", "Paused", "Paused")
    assert result["message-4"].retry_after >= 60
    assert fake_lambda.circuits["mail service"].state == "OPEN"


def test_mail_is_sent_when_the_service_is_up_again(main, fake_lambda, monkeypatch):
    fake_lambda.invoke(main.lambda_handler, MAIL, MAIL, MAIL).assert_outcomes("Failed", "Failed", "Paused")
    monkeypatch.setattr(main, "post", lambda mail: None)
    fake_lambda.invoke(main.lambda_handler, MAIL).assert_outcomes("Paused")
    fake_lambda.clock.advance(31)
    fake_lambda.invoke(main.lambda_handler, MAIL).assert_outcomes("Processed")
    assert fake_lambda.circuits["mail service"].state == "CLOSED"
