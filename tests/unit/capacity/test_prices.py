"""The table of prices: tiers as on a bill, and no guess where there is no price."""

from __future__ import annotations

import doctest
from datetime import date

import pytest

from queuesmith.capacity import prices
from queuesmith.capacity.prices import PRICES


def test_example_in_the_docstring_is_true() -> None:
    assert doctest.testmod(prices) == doctest.TestResults(failed=0, attempted=2)


@pytest.mark.parametrize(
    ("name", "quantity", "expected"),
    [
        ("sqs.standard.requests", 0, 0),
        ("sqs.standard.requests", 100e9, 40_000),
        ("sqs.standard.requests", 300e9, 40_000 + 30_000 + 24_000),
        ("lambda.arm64.gb_seconds", 7.5e9, 100_000.5),
        ("lambda.arm64.gb_seconds", 18.75e9, 100_000.5 + 135_001.125),
    ],
)
def test_tiers_are_charged_as_on_a_bill(name: str, quantity: float, expected: float) -> None:
    assert PRICES[name].cost(quantity, "us-east-1") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "quantity", "region"),
    [
        ("lambda.requests", 1, "ap-south-1"),  # no such region in the table
        ("lambda.poller.hours", 1, "eu-central-1"),  # no price for this item there
        ("sqs.fifo.requests", 100e9 + 1, "us-east-1"),  # above the last known tier
    ],
)
def test_unknown_price_is_not_guessed(name: str, quantity: float, region: str) -> None:
    assert PRICES[name].cost(quantity, region) is None


@pytest.mark.parametrize("price", PRICES.values(), ids=PRICES)
def test_each_price_has_a_source_and_ascending_tiers(price: prices.Price) -> None:
    assert price.source.startswith("https://aws.amazon.com/")
    assert date(2026, 1, 1) <= price.read_on <= prices.READ_ON
    for tiers in price.tiers.values():
        ends = [tier.up_to for tier in tiers]
        assert ends == sorted(set(ends))
        assert [tier.usd for tier in tiers] == sorted((tier.usd for tier in tiers), reverse=True)
