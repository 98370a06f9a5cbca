"""Every page in Chromium: what it shows, that it updates, that messages are only text, and what it refuses."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.console.conftest import POISON, Page, fail, log_lines, start, stop, window
from tests.e2e.commands.world import Deployed, World

PAGES = ("/", "/workers/orders", "/workers/orders/dlq", "/workers/orders/dlq/messages", "/workers/orders/log", "/doctor")


def has_text(locator: Any, text: str) -> None:
    """Wait until an element contains a text."""
    locator.filter(has_text=text).first.wait_for()


def test_overview_shows_every_worker_and_updates_itself(page: Page, world: World, orders: Deployed) -> None:
    row = page.open("/").locator("tbody tr")
    cells = dict(zip(page.tab.locator("thead th").all_text_contents(), row.locator("th, td").all_text_contents(), strict=True))
    shown = {name: " ".join(text.split()) for name, text in cells.items()}
    assert (shown["Worker"], shown["Backlog"], shown["In the DLQ"], shown["Mapping"]) == ("orders", "3", "12", "Disabled")
    assert (shown["Function"], shown["Alarms"]) == ("Active", "none")
    assert "the event source mapping is disabled, so no messages are processed" in page.tab.inner_text("main")
    world.fill(orders.queue, "one more")
    has_text(row.locator("[data-label=Backlog]"), "4")
    assert page.tab.inner_text("#state").startswith("Live, updated ")


def test_token_leaves_the_address_bar_and_the_keyboard_opens_pages(page: Page, url: str) -> None:
    assert page.tab.url == f"{page.base}/"
    page.tab.keyboard.press("Tab")
    assert page.tab.evaluate("document.activeElement.textContent") == "To the content"
    page.tab.focus("#worker-1")
    page.tab.keyboard.press("Enter")
    page.tab.wait_for_url(f"{page.base}/workers/orders")
    assert page.content().locator("h1").inner_text() == "orders"


def test_worker_has_charts_of_what_the_console_has_read(page: Page) -> None:
    content = page.open("/workers/orders")
    assert [title.split(" (")[0] for title in content.locator("figcaption").all_inner_texts()] == [
        "Backlog",
        "In flight",
        "In the DLQ",
    ]
    assert re.match(r"[\d.]+,[\d.]+ ", content.locator("polyline").first.get_attribute("points"))
    assert "highest 12" in content.locator("svg").nth(2).get_attribute("aria-label")


def test_worker_page_predicts_when_the_backlog_is_processed(page: Page) -> None:
    page.open("/workers/orders")
    page.tab.wait_for_selector("#prediction")
    assert re.fullmatch(
        r"If the event source mapping is enabled now: At most [\d,]+ messages/s \(.+\)\. The [34] messages that wait are "
        r"processed after [\d.]+ m?s\. .*",
        page.tab.inner_text("#prediction"),
    )
    page.tab.click("#basis summary")
    assert "A message takes 20 ms (median): 1 invocation in the log of the last 15 min." in page.tab.inner_text("#basis")


def test_dlq_is_grouped_by_reason_or_another_expression(page: Page, world: World, orders: Deployed) -> None:
    content = page.open("/workers/orders/dlq")
    groups = [" ".join(text.split()) for text in content.locator("tbody th").all_inner_texts()]
    assert groups[:2] == ["ValueError: order o-<number> has a total of <number>", "(no reason)"]
    assert content.locator("tbody td[data-label=Messages]").all_inner_texts() == ["7", "2", "2", "1"]
    page.tab.fill("#by", "body.customer_id")
    page.tab.keyboard.press("Enter")
    has_text(page.tab.locator("main"), "groups by body.customer_id")
    assert "again" not in page.tab.url, "a reload shows the result instead of reading again"
    groups = page.tab.locator("main tbody th").all_inner_texts()
    assert sorted(groups) == ["(none)", "c-0", "c-1"]
    assert world.count(orders.dead_letter_queue) == 12


def test_invalid_expression_is_explained_on_the_page(page: Page) -> None:
    page.open("/workers/orders/dlq?by=%5B")
    assert "--by is not a JMESPath expression" in page.tab.inner_text("[role=alert]")


def test_group_leads_to_its_messages_and_a_message_to_its_log(page: Page, world: World) -> None:
    page.open("/workers/orders/dlq")
    page.tab.click("text=KeyError: 'total'")
    has_text(page.tab.locator("main"), "2 messages, of 12 read from dev-orders-dlq, which holds about 12.")
    article = page.tab.locator("article").first
    assert '{\n  "order_id": "o-8"\n}' in article.locator("pre").inner_text()
    message_id = article.locator("h2").inner_text()
    line = {"level": "ERROR", "message": "no <i>total</i>", "message_id": message_id, "customer": "c-1"}
    log_lines(world, line, {"level": "INFO", "message": "another", "message_id": "another"})
    article.get_by_text("Log lines of this message").click()
    has_text(page.tab.locator(".log li"), "ERROR no <i>total</i>")
    assert page.tab.locator(".log li").count() == 1


def test_html_in_messages_is_text(page: Page) -> None:
    content = page.open("/workers/orders/dlq")
    content.locator("summary").nth(3).click()
    assert POISON in content.locator("details[open] pre").inner_text()
    content = page.open("/workers/orders/dlq/messages?again=1")
    assert POISON in content.locator("pre").all_inner_texts()
    assert any(POISON in text for text in content.locator("article > p").all_inner_texts())
    assert page.tab.locator("main script, main img, main b").count() == 0


def test_findings_are_those_of_doctor(page: Page, world: World) -> None:
    shown = page.open("/doctor").locator("article h3").all_inner_texts()
    expected = world.json("doctor", "dev", status=0 if "error" not in " ".join(shown) else 1)["findings"]
    assert sorted(text.split()[1] for text in shown) == sorted(each["rule"] for each in expected)


def test_unknown_worker_is_a_line_on_the_page(page: Page) -> None:
    page.open("/workers/nosuch")
    assert page.tab.inner_text("[role=alert]") == 'There is no worker "nosuch" here. The workers are: orders'


def test_denied_action_and_its_resource_are_named(chromium: Any, world: World, orders: Deployed) -> None:
    variables = world.user("visitor", ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "lambda:*"], ["*"])
    process, url = start(world, "dev", **variables)
    for page in window(chromium, url):
        text = page.open("/").inner_text()
        assert "Not read: the alarms (access denied: cloudwatch:DescribeAlarms" in text
        page.open("/workers/orders/dlq")
        assert f"not allowed to perform sqs:ReceiveMessage on {orders.dead_letter_arn}" in page.tab.inner_text("[role=alert]")
        assert "WORKER_operator_read_policy" in page.tab.inner_text("[role=alert]")
    stop(process)


def test_expired_session_is_explained_and_a_new_log_in_suffices(
    chromium: Any, world: World, orders: Deployed, tmp_path: Path
) -> None:
    """The keys expire in five minutes, so botocore asks for new ones before each request: of a program, which can fail."""
    keys, expires = world.emulator.endpoint.keys, datetime.now(UTC) + timedelta(minutes=5)
    session, aside = tmp_path / "session.json", tmp_path / "ended"
    content = {"AccessKeyId": keys["AWS_ACCESS_KEY_ID"], "SecretAccessKey": keys["AWS_SECRET_ACCESS_KEY"], "SessionToken": "t"}
    session.write_text(json.dumps({"Version": 1, **content, "Expiration": expires.isoformat()}))
    (tmp_path / "config").write_text(f"[profile short]\nregion = eu-central-1\ncredential_process = cat {session}\n")
    process, url = start(world, "dev", "--profile", "short", AWS_CONFIG_FILE=str(tmp_path / "config"))
    for page in window(chromium, url):
        assert "orders" in page.open("/").inner_text()
        session.rename(aside)
        page.open("/workers/orders/dlq")
        text = page.tab.inner_text("[role=alert]")
        assert text.startswith("There are no usable AWS credentials: ")
        assert text.endswith("Choose a profile (--profile or AWS_PROFILE), or log in: aws sso login")
        aside.rename(session)
        assert "ValueError" in page.open("/workers/orders/dlq?again=1").inner_text()
    stop(process)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/?token=wrong", {}),
        ("/workers/orders/dlq", {}),
        ("{token}", {"Host": "example.com"}),
        ("{token}", {"Origin": "http://example.com"}),
    ],
)
def test_others_are_refused(path: str, headers: dict[str, str], url: str) -> None:
    base, token = url.split("/?")
    request = urllib.request.Request(base + path.format(token=f"/?{token}"), headers=headers)  # noqa: S310 - http
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(request, timeout=10)
    assert refused.value.code == 403
    refused.value.close()


def test_website_can_neither_read_nor_embed_the_console(chromium: Any, url: str, page: Page) -> None:
    """The same browser, with the cookie, on a page of another origin."""
    other = page.tab.context.new_page()
    other.route("http://website.test/", lambda route: route.fulfill(body="<h1>website</h1>", content_type="text/html"))
    other.goto("http://website.test/")
    script = "url => fetch(url, {credentials: 'include', mode: 'no-cors'}).then(answer => answer.type, () => 'refused')"
    assert other.evaluate(script, f"{page.base}/") == "refused"
    embed = "url => new Promise(done => {const f = document.createElement('iframe'); f.onload = () => done(f); f.src = url;"
    other.evaluate(embed + " document.body.append(f);}).then(() => null)", f"{page.base}/")
    embedded = "".join(frame.content() for frame in other.frames)
    assert "website" in embedded
    assert not re.search("queuesmith|Forbidden", embedded)
    other.close()


def test_ctrl_c_during_a_reading_makes_the_messages_visible_again(chromium: Any, world: World, orders: Deployed) -> None:
    bodies = [f"many {number}" for number in range(150)]
    ids = fail(world, orders, "TimeoutError: slow", *bodies)
    process, url = start(world, "dev")
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(url)
    tab.wait_for_selector("main > section")
    tab.goto(url.split("?")[0] + "workers/orders/dlq")
    tab.wait_for_selector("main progress")
    stop(process)
    context.close()
    visible = world.client("sqs").get_queue_attributes(
        QueueUrl=orders.dead_letter_queue, AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]["ApproximateNumberOfMessages"]
    assert int(visible) == 12 + len(ids)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1_400])
def test_pages_fit_phones_and_desktops(width: int, scheme: str, page: Page, tmp_path: Path) -> None:
    """Nothing is cut off at the side, and texts have the contrast that WCAG AA asks for. Screenshots are in `tmp_path`."""
    page.tab.emulate_media(color_scheme=scheme)
    for number, path in enumerate(PAGES):
        page.open(path)
        assert page.fits(width), path
        assert page.tab.evaluate(CONTRAST) == [], path
        page.tab.screenshot(path=tmp_path / f"{number}.png", full_page=True)


CONTRAST = """() => {
  const channels = color => color.match(/[\\d.]+/g).slice(0, 4).map(Number);
  const light = color => channels(color).slice(0, 3).map(each => each / 255)
    .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = element => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (channels(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const ratio = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  return [...document.querySelectorAll("main *")]
    .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(each => ratio(light(getComputedStyle(each).color), light(ground(each))) < 4.5)
    .map(each => each.textContent.trim().slice(0, 40));
}"""
"""The texts whose contrast is below 4.5."""
