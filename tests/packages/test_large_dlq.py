"""Triage and drop in a DLQ with 10,000 messages, against the emulator."""

from __future__ import annotations

import json
import time
import tracemalloc
from pathlib import Path

from queuesmith.aws.queues import find_queue, read_depth
from queuesmith.local.emulator import Emulator
from queuesmith.operations import ExportFile, drop_messages, reason_matcher, triage_queue
from tests.conftest import python_of

COUNT, REASONS, BODY, LIMIT = 10_000, 4, 4_000, 20.0
"""LIMIT is in seconds of processor time, of which a triage took 6. The rest of its minute is the emulator's."""


def test_ten_thousand_messages_are_grouped_and_dropped(tmp_path: Path) -> None:
    with Emulator(python_of("emulator")) as emulator:
        sqs = emulator.endpoint.client("sqs", "eu-central-1")
        url = sqs.create_queue(QueueName="large-dlq")["QueueUrl"]
        for start in range(0, COUNT, 10):
            sqs.send_message_batch(QueueUrl=url, Entries=[_entry(number) for number in range(start, start + 10)])
        dlq = find_queue(sqs, "large-dlq")
        began = time.process_time()
        result = triage_queue(sqs, dlq)
        seconds = time.process_time() - began
        assert sorted((group.count, group.value) for group in result.groups) == [
            (COUNT // REASONS, f"Error{letter}: order o-<number> is closed") for letter in "ABCD"
        ]
        assert (result.received, result.left_invisible, read_depth(sqs, dlq).visible) == (COUNT, 0, COUNT)
        assert seconds < LIMIT
        path = tmp_path / "dropped.jsonl"
        tracemalloc.start()
        with ExportFile(path, dlq.name) as file:
            dropped = drop_messages(sqs, dlq, file, match=reason_matcher("ErrorA: order o-1 is closed"), confirm=lambda _: None)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (dropped.dropped, dropped.is_complete, len(path.read_text().splitlines())) == (2_500, True, 2_500)
        assert read_depth(sqs, dlq).total == 7_500
        assert peak < COUNT * BODY / 2, "the bodies stay in memory"


def _entry(number: int) -> dict[str, object]:
    reason = f"Error{'ABCD'[number % REASONS]}: order o-{number} is closed"
    return {
        "Id": str(number % 10),
        "MessageBody": json.dumps({"order_id": f"o-{number}", "padding": "x" * BODY}),
        "MessageAttributes": {"FailureReason": {"DataType": "String", "StringValue": reason}},
    }
