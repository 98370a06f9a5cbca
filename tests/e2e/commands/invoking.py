"""Inputs for the tests of `queuesmith invoke`."""

from __future__ import annotations

import json

from tests.sample_orders import order

ENV = ("--env", "ORDERS_TABLE=orders")
BAD = '{"order_id": "order-1"}'


def body(number: int) -> str:
    return json.dumps(order(number))
