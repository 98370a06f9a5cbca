"""A DLQ with 10,000 messages: the console groups all of them and shows some, and `drop` deletes a group."""

from __future__ import annotations

import gc
import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from queuesmith.aws.queues import find_queue, read_depth
from queuesmith.console import start_console
from queuesmith.operations import ExportFile, Message, drop_messages, reason_matcher
from tests.console.conftest import LOADED, Page, window
from tests.e2e.commands.world import World
from tests.waiting import wait_for

COUNT, REASONS, LIMIT = 10_000, 4, 30.0
"""LIMIT is in seconds of processor time, of which a triage took 6 and Playwright the rest."""


def test_ten_thousand_messages_are_grouped_and_dropped(
    world: World, chromium: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.become(monkeypatch)
    sqs, in_group = world.client("sqs"), COUNT // REASONS
    url = sqs.create_queue(QueueName="large-dlq")["QueueUrl"]
    for start in range(0, COUNT, 10):
        sqs.send_message_batch(QueueUrl=url, Entries=[_entry(number) for number in range(start, start + 10)])
    dlq, live = find_queue(sqs, "large-dlq"), list[int]()
    server = start_console(world.selection(dead_letter_queue="large-dlq"))
    for page in window(chromium, server.url):
        began = time.process_time()
        page.tab.goto(f"{page.base}/workers/large-dlq/dlq")
        page.tab.wait_for_selector("main progress")
        wait_for(partial(_is_read, page, live), "the DLQ is read", 600, pause=5)
        assert time.process_time() - began < LIMIT
        groups = page.tab.locator("tbody th").all_inner_texts()
        assert sorted(text.strip() for text in groups) == [f"Error{letter}: order o-<number> is closed" for letter in "ABCD"]
        assert page.tab.locator("tbody td[data-label=Messages]").all_inner_texts() == [f"{in_group:,}"] * REASONS
        assert read_depth(sqs, dlq).visible == COUNT
        text = page.open("/workers/large-dlq/dlq/messages?again=1").inner_text()
        assert "20 messages: the first 20 that match, of 20 read from large-dlq, which holds about 10,000." in text
    server.close()
    path = tmp_path / "dropped.jsonl"
    with ExportFile(path, dlq.name) as file:
        dropped = drop_messages(
            sqs, dlq, file, match=reason_matcher("ErrorA: order o-1 is closed"), confirm=lambda _: None,
            on_progress=lambda reading: live.append(_live_messages()) if reading.received % 1_000 == 0 else None,
        )  # fmt: skip
    assert (dropped.dropped, dropped.is_complete, len(path.read_text().splitlines())) == (in_group, True, in_group)
    assert read_depth(sqs, dlq).total == COUNT - in_group
    assert 0 < max(live) <= 40, "only the messages of a batch or of a page stay in memory"


def _is_read(page: Page, live: list[int]) -> bool:
    """Whether the page shows the groups. Adds the number of messages that are in memory now."""
    live.append(_live_messages())
    return bool(page.tab.locator(LOADED).count())


def _live_messages() -> int:
    return sum(isinstance(each, Message) for each in gc.get_objects())


def _entry(number: int) -> dict[str, object]:
    reason = f"Error{'ABCD'[number % REASONS]}: order o-{number} is closed"
    return {
        "Id": str(number % 10),
        "MessageBody": json.dumps({"order_id": f"o-{number}"}),
        "MessageAttributes": {"FailureReason": {"DataType": "String", "StringValue": reason}},
    }
