"""The actions of `queuesmith console --act` in Chromium: each is confirmed, done, and accounted for."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.conftest import Page, fail, start, stop, window
from tests.e2e.commands.world import Deployed, World
from tests.waiting import wait_for


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
    changed = "The DLQ has changed since then: it now has about 5 messages. Read it again."
    wait_for(
        lambda: page.open("/workers/orders/dlq").locator(f"text={changed}").count(), "the page says that its groups are old"
    )
    page.tab.click("#read")
    page.tab.locator("main").filter(has_text="5 of about 5 messages").first.wait_for()
    assert page.tab.locator("#changed").count() == 0


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


def test_selected_messages_are_mended_and_moved_to_another_queue(page: Page, world: World, orders: Deployed) -> None:
    ids = fail(world, orders, "Broken: no currency", '{"total": "1.00"}', '{"total": "2.00"}', "no JSON", '{"total": "4.00"}')
    quarantine = world.client("sqs").create_queue(QueueName="quarantine")["QueueUrl"]
    page.open("/workers/orders/dlq/messages?again=1&where=exception+%3D%3D+%27Broken%27")
    for message_id in ids[:3]:
        page.tab.focus(f"[value='{message_id}']")
        page.tab.keyboard.press("Space")
    page.tab.click("#redrive-selected")
    page.tab.wait_for_selector("#confirm")
    assert page.tab.inner_text("#confirm") == "Redrive 3 messages from dev-orders-dlq to dev-orders"
    page.tab.fill("#to", "quarantine")
    assert (page.tab.is_disabled("#confirm"), page.tab.is_visible("#not-previewed")) == (True, True)
    page.tab.fill("#edit", "merge(@, {currency: 'EUR'")
    page.tab.click("#preview")
    page.tab.wait_for_selector("[role=alert]")
    assert "merge(@, {currency: 'EUR'" in page.tab.inner_text("[role=alert]")
    assert page.tab.input_value("#to") == "quarantine"
    assert page.tab.locator("#confirm").count() == 0
    page.tab.fill("#edit", "merge(@, {currency: 'EUR'})")
    page.tab.click("#preview")
    page.tab.wait_for_selector("article")
    assert page.tab.inner_text("#confirm") == "Redrive 2 messages with edited bodies from dev-orders-dlq to quarantine"
    assert "1 message stays in the DLQ: not edited: the body is not JSON" in page.tab.inner_text("main")
    assert (page.tab.is_disabled("#confirm"), page.tab.is_visible("#not-previewed")) == (False, False)
    assert page.fits(360)
    before, after = page.tab.locator("article pre").all_inner_texts()[:2]
    assert json.loads(after) == {**json.loads(before), "currency": "EUR"}
    page.tab.click("#confirm")
    result = outcome(page)
    assert (result["moved"], result["edited"], result["not edited"]) == ("2", "2", "1")
    arrived = [json.loads(message["Body"]) for message in world.contents(quarantine)]
    assert sorted(each["total"] for each in arrived if each["currency"] == "EUR") == ["1.00", "2.00"]


def test_all_messages_that_match_are_dropped(page: Page, world: World, orders: Deployed) -> None:
    before = world.count(orders.dead_letter_queue)
    page.open("/workers/orders/dlq/messages?again=1&where=exception+%3D%3D+%27Broken%27")
    page.tab.click("#drop-where")
    page.tab.wait_for_selector("#confirm")
    assert page.tab.inner_text("#confirm") == "Drop 2 messages from dev-orders-dlq"
    page.tab.click("#confirm")
    assert outcome(page)["dropped"] == "2"
    assert world.count(orders.dead_letter_queue) == before - 2


def test_nothing_selected_is_not_everything(page: Page) -> None:
    page.open("/workers/orders/dlq/messages?again=1")
    page.tab.check("#select-all")
    boxes = page.tab.locator("[name=message_id]")
    assert boxes.count() == page.tab.locator("[name=message_id]:checked").count() > 0
    page.tab.uncheck("#select-all")
    page.tab.click("#redrive-selected")
    page.tab.wait_for_selector("[role=alert]")
    assert page.tab.inner_text("[role=alert]") == "No messages are selected. Select at least one message to redrive"


def test_message_is_sent_with_attributes(page: Page, world: World, orders: Deployed) -> None:
    before = world.count(orders.queue)
    page.open("/workers/orders/confirm?again=1&action=send")
    assert page.tab.inner_text("#confirm") == "Send 1 message to dev-orders"
    assert page.fits(360)
    page.tab.fill("#body", '{"order_id": "by hand"}')
    page.tab.fill("#attribute-1", "no value")
    page.tab.click("#confirm")
    assert page.tab.evaluate("document.querySelector('#attribute-1').validity.patternMismatch")
    page.tab.fill("#attribute-1", "kind=a=b")
    page.tab.fill("#attribute-2", "size:Number=5")
    page.tab.click("#confirm")
    assert outcome(page)["accepted"] == "1"
    assert world.count(orders.queue) == before + 1
    sent = next(each for each in world.contents(orders.queue) if "by hand" in each["Body"])["MessageAttributes"]
    assert (sent["kind"]["StringValue"], sent["size"]["DataType"]) == ("a=b", "Number")


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


def test_denied_action_is_named_with_its_resource(chromium: Any, world: World, orders: Deployed) -> None:
    """A user who can only read. `pause` needs the permission of `resume`."""
    reading = ["sqs:Get*", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility*", "lambda:Get*", "lambda:List*", "tag:*"]
    variables = world.user("reader", reading, ["*"])
    fail(world, orders, "Denied: no", "1")
    process, url = start(world, "dev", "--act", **variables)
    denied = {
        "action=resume": "lambda:UpdateEventSourceMapping on ",
        "action=send": f"sqs:SendMessage on {orders.queue_arn}",
        "action=redrive&where=exception+%3D%3D+%27Denied%27": f"sqs:SendMessage on {orders.queue_arn}",
        "action=drop&where=exception+%3D%3D+%27Denied%27": f"sqs:DeleteMessage on {orders.dead_letter_arn}",
    }
    for page in window(chromium, url):
        for request, permission in denied.items():
            page.open(f"/workers/orders/confirm?again=1&{request}")
            if page.tab.locator("#body").count():
                page.tab.fill("#body", "denied")
            page.tab.click("#confirm")
            page.tab.wait_for_url("**/actions/*")
            page.tab.wait_for_selector("#outcome, [role=alert]")
            assert f"is not allowed to perform {permission}" in page.tab.inner_text("main"), request
    stop(process)
    assert "Denied: no" in str(world.contents(orders.dead_letter_queue))
