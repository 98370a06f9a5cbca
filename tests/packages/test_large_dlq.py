"""Triage and drop in a DLQ with 10,000 messages, against the emulator."""

from __future__ import annotations

import gc
import json
import time
from pathlib import Path

from queuesmith.aws.queues import find_queue, read_depth
from queuesmith.local.emulator import Emulator
from queuesmith.operations import ExportFile, Message, drop_messages, reason_matcher, triage_queue
from tests.conftest import python_of

COUNT, REASONS, LIMIT = 10_000, 4, 20.0
"""LIMIT is in seconds of processor time, of which a triage took 6. The rest of its minute is the emulator's."""


def test_ten_thousand_messages_are_grouped_and_dropped(tmp_path: Path) -> None:
    with Emulator(python_of("emulator")) as emulator:
        sqs = emulator.endpoint.client("sqs", "eu-central-1")
        url = sqs.create_queue(QueueName="large-dlq")["QueueUrl"]
        for start in range(0, COUNT, 10):
            sqs.send_message_batch(QueueUrl=url, Entries=[_entry(number) for number in range(start, start + 10)])
        dlq = find_queue(sqs, "large-dlq")
        in_group = COUNT // REASONS
        live: list[int] = []
        began = time.process_time()
        result = triage_queue(sqs, dlq, on_progress=lambda reading: _count_messages(live, reading.received))
        seconds = time.process_time() - began
        assert sorted((group.count, group.value) for group in result.groups) == [
            (in_group, f"Error{letter}: order o-<number> is closed") for letter in "ABCD"
        ]
        assert (result.received, result.left_invisible, read_depth(sqs, dlq).visible) == (COUNT, 0, COUNT)
        assert seconds < LIMIT
        path = tmp_path / "dropped.jsonl"
        with ExportFile(path, dlq.name) as file:
            dropped = drop_messages(
                sqs, dlq, file, match=reason_matcher("ErrorA: order o-1 is closed"), confirm=lambda _: None,
                on_progress=lambda reading: _count_messages(live, reading.received),
            )  # fmt: skip
        assert (dropped.dropped, dropped.is_complete, len(path.read_text().splitlines())) == (in_group, True, in_group)
        assert read_depth(sqs, dlq).total == COUNT - in_group
        assert max(live) <= 20, "only the messages of a batch stay in memory"


def _count_messages(live: list[int], received: int) -> None:
    """Count the messages in memory: once in a thousand, and only while messages are received."""
    if received % 1_000 == 0 and len(live) < 2 * COUNT // 1_000:
        live.append(sum(isinstance(each, Message) for each in gc.get_objects()))


def _entry(number: int) -> dict[str, object]:
    reason = f"Error{'ABCD'[number % REASONS]}: order o-{number} is closed"
    return {
        "Id": str(number % 10),
        "MessageBody": json.dumps({"order_id": f"o-{number}"}),
        "MessageAttributes": {"FailureReason": {"DataType": "String", "StringValue": reason}},
    }
