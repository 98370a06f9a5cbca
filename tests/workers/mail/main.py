"""Sends each mail once. Powertools' Idempotency stores what was sent, because the effect is not a write to our own table."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from queuesmith_worker import HandlerSettings, Secret, Worker, logger


class Mail(BaseModel):
    """A message."""

    id: str
    text: str


class MailSettings(HandlerSettings):
    """The function's environment variables."""

    mail_password: Secret
    done_table: str
    outbox: str
    """A file, in place of a mail server."""


settings = MailSettings.from_environment()
once = IdempotencyConfig(event_key_jmespath="id", raise_on_no_idempotency_key=True)


@idempotent_function(  # type: ignore[untyped-decorator]
    data_keyword_argument="mail",
    persistence_store=DynamoDBPersistenceLayer(table_name=settings.done_table),
    config=once,
)
def send(*, mail: dict[str, str]) -> None:
    """Send the mail: the effect that must happen once."""
    password = settings.mail_password.value
    logging.getLogger("mailer").debug("login with %s", password)
    logger.debug("logged in", password=password)
    if mail["text"] == "fails":
        raise RuntimeError(f"the server refused {password!r}")
    while mail["text"] == "waits" and not os.path.exists(f"{settings.outbox}.go-on"):
        time.sleep(0.05)
    with open(settings.outbox, "a") as outbox:
        outbox.write(f"{mail['id']}\n")
    if mail["text"] == "crashes":
        os._exit(1)


def handle_mail(mail: Mail) -> None:
    """Process a message."""
    send(mail=mail.model_dump())


worker = Worker(Mail, handle_mail, settings)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The function's entry point."""
    once.register_lambda_context(context)
    return worker(event, context)
