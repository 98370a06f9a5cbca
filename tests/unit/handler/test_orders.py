"""The sample's message: valid and invalid orders."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers.orders.order import Order
from queuesmith_worker.message import Parser
from queuesmith_worker.outcomes import InvalidMessageError
from tests.sample_orders import messages, order, poison

GOOD: dict[str, Any] = {
    "order_id": "o-1",
    "customer_id": "c-1",
    "lines": [{"sku": "s-1", "quantity": 2, "price": "10.50"}, {"sku": "s-2", "quantity": 1, "price": "0.10"}],
    "total": "21.10",
}


def parse_message(text: str) -> Order:
    return Parser[Order](Order).parse({"body": text})


def parse(**changes: Any) -> Order:
    return parse_message(json.dumps({**GOOD, **changes}))


def test_an_order_becomes_an_item() -> None:
    item = parse().as_item()
    assert item["order_id"] == {"S": "o-1"}
    assert item["total"] == {"N": "21.10"}
    assert item["lines"]["L"][0]["M"] == {"sku": {"S": "s-1"}, "quantity": {"N": "2"}, "price": {"N": "10.50"}}


def test_amount_can_be_a_number() -> None:
    lines = [{"sku": "s-1", "quantity": 2, "price": 10.5}, {"sku": "s-2", "quantity": 1, "price": 0.1}]
    assert parse(lines=lines, total=21.1).digest == parse().digest


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"total": "21.11"}, "total is not the sum of quantity × price over the lines"),
        ({"lines": []}, "at least 1 item"),
        ({"lines": [{"sku": "s", "quantity": 0, "price": "1.00"}]}, "greater than or equal to 1"),
        ({"order_id": "  "}, "at least 1 character"),
        ({"customer_id": None}, "valid string"),
        ({"note": "extra"}, "not permitted"),
        ({"total": "21.105"}, "decimal places"),
    ],
)
def test_body_that_is_not_an_order_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidMessageError, match=reason):
        parse(**changes)


def test_error_does_not_repeat_the_message() -> None:
    with pytest.raises(InvalidMessageError) as error:
        parse(customer_id=["4111-1111-1111-1111"])
    assert "4111" not in str(error.value)


@pytest.mark.parametrize("change", [{"customer_id": "c-2"}, {"order_id": "o-2"}])
def test_different_orders_have_different_digests(change: dict[str, Any]) -> None:
    assert parse(**change).digest != parse().digest


def test_sample_orders_are_valid() -> None:
    for number in range(20):
        assert Order.model_validate(order(number)).order_id == f"order-{number:05}"


def test_sample_poison_messages_are_invalid() -> None:
    for number in range(5):
        with pytest.raises(InvalidMessageError):
            parse_message(poison(number))


def test_samples_have_the_requested_number_of_poison_messages() -> None:
    bodies = messages(200, 5)
    bad = 0
    for body in bodies:
        try:
            parse_message(body)
        except InvalidMessageError:
            bad += 1
    assert (len(bodies), bad) == (200, 5)
