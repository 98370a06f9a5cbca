"""Processes orders and uses everything that a handler can be given. The order's customer names what is used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.orders.main import OrderSettings
from handlers.orders.order import Order
from queuesmith_worker import SHORT_TIMEOUTS, NonRetryable, Secret, Worker

from . import ledger, main


class KeeperSettings(OrderSettings):
    """The function's environment variables."""

    mail_secret: Secret
    limit_parameter: Secret
    cards_key: str


settings = KeeperSettings.from_environment()
kms: Any = boto3.client("kms", config=SHORT_TIMEOUTS)


def _read(secret: Secret) -> str:
    """Read the secret's value. The ledger gets only a fingerprint of it."""
    ledger.write("read", hashlib.sha256(secret.value.encode()).hexdigest()[:16])
    return secret.value


def _leak() -> None:
    raise RuntimeError(f"the mail server refused {_read(settings.mail_secret)!r}")


def _leak_for_ever() -> None:
    raise NonRetryable(f"the mail server never takes {_read(settings.mail_secret)!r}")


USES: dict[str, Callable[[], object]] = {
    "leaks": _leak,
    "leaks for ever": _leak_for_ever,
    "secret": lambda: _read(settings.mail_secret),
    "parameter": lambda: _read(settings.limit_parameter),
    "key": lambda: kms.generate_data_key(KeyId=settings.cards_key, KeySpec="AES_256"),
}


def handle(order: Order) -> None:
    """The sample's work, after one of the resources was used."""
    USES.get(order.customer_id, lambda: None)()
    main.handle(order)


worker = Worker(Order, handle, settings)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The function's entry point."""
    return worker(event, context)
