"""Order messages for the tests: valid ones, and ones that always fail, for different reasons."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def order(number: int) -> dict[str, Any]:
    """A valid order. The same number always gives the same order."""
    lines: list[dict[str, Any]] = []
    total = Decimal(0)
    for position in range(1 + number % 3):
        quantity, price = 1 + (number + position) % 4, Decimal(f"{5 + position}.90")
        lines.append({"sku": f"sku-{(number * 7 + position) % 100:03}", "quantity": quantity, "price": str(price)})
        total += quantity * price
    return {"order_id": f"order-{number:05}", "customer_id": f"customer-{number % 17:02}", "lines": lines, "total": str(total)}


def poison(number: int) -> str:
    """The body of a message that can never succeed."""
    good = order(number)
    bodies = [
        "this is not JSON",
        json.dumps({**good, "total": "0.01"}),
        json.dumps({key: value for key, value in good.items() if key != "customer_id"}),
        json.dumps({**good, "lines": []}),
        json.dumps({**good, "lines": [{**good["lines"][0], "quantity": -1}]}),
    ]
    return bodies[number % len(bodies)]


def messages(count: int, poisoned: int) -> list[str]:
    """`count` bodies. `poisoned` of them can never succeed; these are spread evenly."""
    bodies = [json.dumps(order(number)) for number in range(count)]
    for index in range(poisoned):
        position = (2 * index + 1) * count // (2 * poisoned)
        bodies[position] = poison(index)
    return bodies
