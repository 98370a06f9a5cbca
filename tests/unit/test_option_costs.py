"""docs/settings.md has the cost of every option, from the one table of prices."""

from __future__ import annotations

import re

import pytest

from queuesmith.capacity.prices import PRICES
from tests.conftest import ROOT
from tools import option_costs
from tools.option_costs import COSTS, FREE, usd
from tools.settings_page import _models
from tools.settings_schema import tables

PAGE = (ROOT / "docs" / "settings.md").read_text()


def test_each_option_either_costs_something_or_is_free() -> None:
    """If this fails for a new option, add it to one of the two tables of tools/option_costs.py."""
    options = {
        f"{model}.{name}" for model, table in tables().items() for name, key in table["properties"].items() if not _models(key)
    }
    free = {f"{model}.{name}" for model, names in FREE.items() for name in names.split()}
    assert free & COSTS.keys() == set()
    assert free | COSTS.keys() == options


def test_page_shows_the_cost_of_each_option() -> None:
    rows = re.findall(r"^\| `\w+` \|(?: [^|]* \|)+ ([^|]*) \|$", PAGE, re.MULTILINE)
    assert set(COSTS.values()) <= set(rows)
    assert rows.count("free") == sum(len(names.split()) for names in FREE.values())


def test_option_without_a_cost_is_not_free_by_accident() -> None:
    with pytest.raises(KeyError, match=r"QueueSettings\.invented"):
        option_costs.cost("QueueSettings", "invented")


@pytest.mark.parametrize(
    ("price", "quantity", "text"),
    [
        ("cloudwatch.dashboards", 1, "3.00 USD"),
        ("cloudwatch.logs.ingested", 1, "0.50–0.63 USD"),
        ("dynamodb.on_demand.writes", 1_000_000, "0.625–0.7625 USD"),
        ("lambda.arm64.gb_seconds", 1, "0.0000133334 USD"),
        ("lambda.poller.hours", 1, "0.00925 USD"),
    ],
)
def test_price_is_shown_with_all_digits(price: str, quantity: int, text: str) -> None:
    assert usd(price, quantity) == text


def test_no_number_of_a_price_is_written_by_hand() -> None:
    source = (ROOT / "tools" / "option_costs.py").read_text().partition("_KEY = ")[2]
    assert re.findall(r"\d+\.\d+", source) == []
    assert len(set(re.findall(r'usd\(["\'](\S+?)["\']', source)) & PRICES.keys()) >= 14
