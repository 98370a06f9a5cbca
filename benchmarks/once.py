"""Idempotent writes: the conditional write compared with Powertools' Idempotency, on the emulator."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.events import Context, event
from benchmarks.report import ROOT, Section, seconds
from queuesmith.local.emulator import Emulator
from queuesmith.local.python_environments import environment_python
from tests.e2e.cloud import make_table

RECORDS, ROUNDS = 50, 7
REGION = "eu-west-1"


def measure() -> list[Section]:
    """Measure both ways, on new orders and on a second delivery."""
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    with Emulator(environment_python(ROOT)) as emulator:
        client = emulator.endpoint.client("dynamodb", REGION)
        for table, key in (("orders", "order_id"), ("done", "id")):
            make_table(client, table, key)
        requests: list[str] = []
        client.meta.events.register("before-send.dynamodb", lambda **_: requests.append(""))
        return [_compare(client, requests)]


def _compare(client: Any, requests: list[str]) -> Section:
    ways = {"conditional write": _conditional(client), "Idempotency, then a plain write": _idempotency(client)}
    times: dict[tuple[str, str], list[float]] = {}
    counts: dict[tuple[str, str], int] = {}
    for number in range(ROUNDS):
        order = list(ways) if number % 2 else list(ways)[::-1]
        for delivery in ("new", "again"):
            for way in order:
                bodies = [record["body"].replace("order-", f"{way[0]}{number}-") for record in event(RECORDS)["Records"]]
                requests.clear()
                begin = time.perf_counter()
                for body in bodies:
                    ways[way](body)
                times.setdefault((way, delivery), []).append((time.perf_counter() - begin) / RECORDS)
                counts[way, delivery] = len(requests)
    rows = []
    for way in ways:
        for delivery, said in (("new", "a first delivery"), ("again", "a second delivery")):
            took = times[way, delivery]
            ratio = median(took) / median(times["conditional write", delivery])
            rows.append((f"{way}, {said}", seconds(took, 2), f"{counts[way, delivery] / RECORDS:g}", f"{ratio:.2f}"))
    title = f"Once, in ms an order on the local AWS: median (least to most) of {ROUNDS} alternating rounds of {RECORDS}"
    return Section(title, ("", "ms", "requests", "ratio"), rows)


def _conditional(client: Any) -> Callable[[str], None]:
    from handlers.orders.order import Order
    from handlers.orders.order_table import OrderTable

    table = OrderTable("orders", client)
    return lambda body: void(table.add(Order.model_validate_json(body)))


def _idempotency(client: Any) -> Callable[[str], None]:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function

    from handlers.orders.order import Order

    config = IdempotencyConfig(event_key_jmespath="order_id")
    config.register_lambda_context(Context())  # type: ignore[arg-type]

    def write(*, order: dict[str, Any]) -> None:
        client.put_item(TableName="orders", Item=Order.model_validate(order).as_item())

    store = DynamoDBPersistenceLayer(table_name="done", boto3_client=client)
    once: Any = idempotent_function(write, data_keyword_argument="order", persistence_store=store, config=config)
    return lambda body: void(once(order=Order.model_validate_json(body).model_dump(mode="json")))


def void(_: object) -> None:
    """Discard the argument."""
