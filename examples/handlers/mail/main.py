"""Sends mail."""

from pydantic import BaseModel

from queuesmith_worker import HandlerSettings, NonRetryable, Secret, Worker, note


class Mail(BaseModel):
    id: str
    to: str


class MailSettings(HandlerSettings):
    smtp_secret: Secret  # SMTP_SECRET contains the ARN. The value is read when it is used, and never logged


settings = MailSettings.from_environment()


def send(mail: Mail, password: str) -> None:
    """Replace this with a call of your mail service."""
    raise NotImplementedError


def handle_mail(mail: Mail) -> None:
    note(mail_id=mail.id)  # is in this message's log lines
    if mail.to.endswith("@example.com"):
        raise NonRetryable("example.com has no mailboxes")
    send(mail, settings.smtp_secret.value)


lambda_handler = Worker(Mail, handle_mail, settings)
