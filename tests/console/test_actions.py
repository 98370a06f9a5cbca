"""The actions of `queuesmith console --act` in Chromium: each is confirmed, done, and accounted for."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.conftest import Page, fail, start, stop, window
from tests.e2e.commands.world import Deployed, World


@pytest.fixture(scope="module")
def url(world: World, orders: Deployed) -> Iterator[str]:
    """The URL of a console with --act."""
    process, printed = start(world, "dev", "--act")
    yield printed
    stop(process)


@pytest.fixture
def page(chromium: Any, url: str) -> Iterator[Page]:
    yield from window(chromium, url)


def outcome(page: Page) -> dict[str, str]:
    """The result on the page of an action, when it has ended."""
    page.tab.wait_for_selector("#outcome")
    names, values = page.tab.locator("#outcome dt").all_inner_texts(), page.tab.locator("#outcome dd").all_inner_texts()
    return dict(zip(names, values, strict=True))


def test_group_goes_back_to_its_queue(page: Page, world: World, orders: Deployed) -> None:
    before = world.count(orders.queue)
    page.open("/workers/orders/dlq?again=1")
    page.tab.click("#redrive-1")
    page.tab.wait_for_selector("#confirm")
    assert page.tab.inner_text("#confirm") == "Redrive 7 messages from dev-orders-dlq to dev-orders"
    page.tab.click("#confirm")
    result = outcome(page)
    assert (result["moved"], result["selected"], result["state"]) == ("7", "7", "COMPLETED")
    assert (world.count(orders.queue), world.count(orders.dead_letter_queue)) == (before + 7, 5)


def test_group_is_dropped_after_it_was_written_to_a_file(page: Page, world: World, orders: Deployed) -> None:
    ids = fail(world, orders, "Outdated: no", "old 1", "old 2", "old 3")
    page.open("/workers/orders/dlq?again=1")
    page.tab.locator("tr", has_text="Outdated: no").get_by_text("Drop …").click()
    page.tab.wait_for_selector("#confirm")
    assert page.tab.inner_text("#confirm") == "Drop 3 messages from dev-orders-dlq"
    page.tab.click("#confirm")
    result = outcome(page)
    assert (result["dropped"], result["selected"]) == ("3", "3")
    file = world.project.folder / result["file"]
    assert sorted(json.loads(line)["MessageId"] for line in file.read_text().splitlines()) == sorted(ids)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert world.count(orders.dead_letter_queue) == 5


def test_other_number_than_confirmed_is_not_dropped(page: Page, world: World, orders: Deployed) -> None:
    fail(world, orders, "Late: no", "late 1")
    page.open("/workers/orders/dlq?again=1")
    page.tab.locator("tr", has_text="Late: no").get_by_text("Drop …").click()
    page.tab.wait_for_selector("#confirm")
    fail(world, orders, "Late: no", "late 2")
    page.tab.click("#confirm")
    page.tab.wait_for_selector("[role=alert]")
    assert page.tab.inner_text("[role=alert]") == "1 was confirmed, but 2 messages match now. Nothing was dropped"
    assert world.count(orders.dead_letter_queue) == 7


def test_message_is_sent(page: Page, world: World, orders: Deployed) -> None:
    before = world.count(orders.queue)
    page.open("/workers/orders/confirm?again=1&action=send")
    assert page.tab.inner_text("#confirm") == "Send 1 message to dev-orders"
    page.tab.fill("#body", '{"order_id": "by hand"}')
    page.tab.click("#confirm")
    assert outcome(page)["accepted"] == "1"
    assert world.count(orders.queue) == before + 1


def test_worker_is_resumed_and_paused(page: Page, world: World, orders: Deployed) -> None:
    functions = world.client("lambda")
    for action, state in (("resume", "Enabled"), ("pause", "Disabled")):
        page.open("/workers/orders")
        page.tab.click(f"#{action}")
        page.tab.wait_for_selector("#confirm")
        assert page.tab.inner_text("#confirm") == f"{action.capitalize()} the processing of dev-orders"
        page.tab.click("#confirm")
        assert outcome(page)["state"] == state
        assert functions.get_event_source_mapping(UUID=orders.mapping)["State"] == state
