from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerDynamoDBPersistence
from pydantic import BaseModel

from queuesmith_worker import HandlerSettings, Worker, pause_on_open


class Mail(BaseModel):
    to: str


class MailSettings(HandlerSettings):
    circuit_table: str  # CIRCUIT_TABLE contains the table's name


settings = MailSettings.from_environment()
store = CircuitBreakerDynamoDBPersistence(settings.circuit_table)


def post(mail: Mail) -> None:
    """Replace this with a call of your mail service."""
    raise NotImplementedError


@pause_on_open("mail service", store)
def send(mail: Mail) -> None:
    post(mail)


def handle_mail(mail: Mail) -> None:
    send(mail)


lambda_handler = Worker(Mail, handle_mail, settings)
