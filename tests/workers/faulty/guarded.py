"""The sample's work with a circuit breaker around its table."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.circuit_breaker import CircuitBreakerConfig
from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerDynamoDBPersistence
from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.orders import main as sample
from handlers.orders.order import Order
from queuesmith_worker import SHORT_TIMEOUTS, AlreadyDone, CircuitOpen, Worker, pause_on_open

from . import main

STORE = CircuitBreakerDynamoDBPersistence(os.environ["CIRCUIT_TABLE"], boto_config=SHORT_TIMEOUTS)
CONFIG = CircuitBreakerConfig(
    failure_threshold=3,
    recovery_timeout=1,
    success_threshold=1,
    local_cache_max_age=1,
    ignored_exceptions=(AlreadyDone, CircuitOpen),
)
handle_order = pause_on_open("orders table", STORE, CONFIG)(sample.handle_order)
worker = Worker(Order, lambda order: main.handle(order, handle_order), sample.settings)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The function's entry point."""
    return worker(event, context)
