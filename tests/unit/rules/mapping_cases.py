"""The cases of the rules about event source mappings: QL101 to QL115."""

from __future__ import annotations

import json
from typing import Any

from queuesmith.rules import Pollers
from tests.unit.rules.cases import Cases, Change, each, function, mapping, queue, together
from tests.unit.rules.pipelines import UNKNOWN, UNSET

PATTERN = json.dumps({"body": {"status": ["paid"]}})
EITHER = json.dumps({"$or": [{"body": {"status": ["paid"]}}, {"body": {"express": [True]}}]})
MATCHERS = json.dumps({"body": {"total": [{"numeric": [">", 100]}], "kind": {"name": [{"prefix": "a"}, None, 1, True]}}})
WRONG_EITHER = json.dumps({"$or": [{"body": {"status": ["paid"]}}, {"messageAttributes": {"express": [True]}}]})
LONGEST = json.dumps({"body": ["a" * (4_096 - len('{"body": [""]}'))]})
TOO_LONG = json.dumps({"body": ["a" * (4_097 - len('{"body": [""]}'))]})
assert (len(LONGEST), len(TOO_LONG)) == (4_096, 4_097)


def concurrency(reserved: Any, maximum: Any, *others: Any) -> tuple[Change, ...]:
    """A function and its mappings: reserved concurrency, this mapping's maximum concurrency, and that of the others."""
    concurrencies = (maximum, *others)
    return together(function(reserved_concurrency=reserved, concurrencies=concurrencies), mapping(maximum_concurrency=maximum))


def pollers(minimum: Any, maximum: Any, **changes: Any) -> tuple[Change, ...]:
    """A mapping with provisioned pollers."""
    return mapping(pollers=Pollers(minimum=minimum, maximum=maximum), **changes)


def stream(**options: Any) -> tuple[Change, ...]:
    """A mapping with options for streams."""
    return mapping(stream_options=options)


def slow(seconds: float, size: Any = 10, timeout: Any = 30, at_once: Any = 1, **queue_values: Any) -> tuple[Change, ...]:
    """A function that takes this many seconds per record, and processes so many records simultaneously."""
    values = function(expected_seconds_per_record=seconds, timeout=timeout, message_concurrency=at_once)
    return together(values, mapping(batch_size=size), queue(**queue_values))


MAPPINGS = {
    "QL101": Cases(
        fine=(
            *each("mapping", "batch_size", 1, 10_000, UNSET),
            *together(queue(fifo=True), mapping(batch_size=10)),
            *together(queue(fifo=UNKNOWN), mapping(batch_size=10)),
        ),
        hard=(*each("mapping", "batch_size", 0, -1, 10_001), *together(queue(fifo=True), mapping(batch_size=11))),
        unknown=(*mapping(batch_size=UNKNOWN), *together(queue(fifo=UNKNOWN), mapping(batch_size=11))),
    ),
    "QL102": Cases(
        fine=(
            *mapping(batch_size=11, batching_window=1),
            *mapping(batch_size=10, batching_window=UNKNOWN),
            *mapping(batch_size=UNSET),
            *together(queue(fifo=True), mapping(batch_size=11)),
        ),
        hard=(*mapping(batch_size=11), *mapping(batch_size=10_000), *mapping(batch_size=11, batching_window=UNSET)),
        unknown=(*mapping(batch_size=UNKNOWN), *mapping(batch_size=11, batching_window=UNKNOWN)),
    ),
    "QL103": Cases(
        fine=(*each("mapping", "batching_window", 0, 300, UNSET), *together(queue(fifo=True), mapping(batching_window=0))),
        hard=(*each("mapping", "batching_window", -1, 301), *together(queue(fifo=True), mapping(batching_window=1))),
        unknown=(*mapping(batching_window=UNKNOWN), *together(queue(fifo=UNKNOWN), mapping(batching_window=1))),
    ),
    "QL104": Cases(
        fine=each("mapping", "maximum_concurrency", 2, 1_000, UNSET),
        hard=each("mapping", "maximum_concurrency", 1, 0, 1_001),
        unknown=mapping(maximum_concurrency=UNKNOWN),
    ),
    "QL105": Cases(
        fine=(
            *concurrency(10, 10),
            *concurrency(10, 5, 5),
            *concurrency(10, None, 10),
            *concurrency(None, 10),
            *concurrency(0, 10),
            *concurrency(10, 1_001),
            *concurrency(10, 5, 1_001),
        ),
        error=(*concurrency(10, 11), *concurrency(1, 2)),
        warning=(*concurrency(10, 5, 6), *concurrency(10, 5, 6, UNKNOWN)),
        unknown=(*concurrency(UNKNOWN, 10), *concurrency(10, UNKNOWN), *concurrency(10, 5, UNKNOWN)),
    ),
    "QL106": Cases(
        fine=(
            *concurrency(10, 10),
            *concurrency(None, UNKNOWN),
            *concurrency(0, None),
            *together(function(reserved_concurrency=10), pollers(2, 10)),
        ),
        warning=(*concurrency(10, None), *concurrency(1, None), *concurrency(5_000, None)),
        unknown=(
            *concurrency(UNKNOWN, None),
            *concurrency(10, UNKNOWN),
            *together(function(reserved_concurrency=10), mapping(pollers=UNKNOWN)),
        ),
    ),
    "QL107": Cases(
        fine=(*pollers(2, 2), *pollers(200, 10_000), *pollers(None, None), *mapping(pollers=UNSET)),
        hard=(
            *pollers(1, 10),
            *pollers(201, 2_000),
            *pollers(None, 1),
            *pollers(None, 10_001),
            *pollers(11, 10),
            *pollers(2, 10, maximum_concurrency=10),
        ),
        unknown=(
            *pollers(UNKNOWN, 10),
            *pollers(2, UNKNOWN),
            *mapping(pollers=UNKNOWN),
            *pollers(2, 10, maximum_concurrency=UNKNOWN),
        ),
    ),
    "QL108": Cases(
        fine=each("mapping", "filters", (PATTERN,) * 5, (LONGEST,), (EITHER,), (MATCHERS,), ("{}",), UNSET),
        hard=each(
            "mapping",
            "filters",
            (PATTERN,) * 11,
            (TOO_LONG,),
            ("status = paid",),
            ("[1]",),
            ("",),
            ('{"body": "paid"}',),
            ('{"body": {"status": "paid"}}',),
            ('{"body": {"order": {"status": null}}}',),
            ('{"body": {"$or": [{"status": ["paid"]}, {"express": true}]}}',),
        ),
        error=each("mapping", "filters", ('{"status": ["paid"]}',), ('{"body": {}, "messageId": [""]}',), (WRONG_EITHER,)),
        warning=each("mapping", "filters", (PATTERN,) * 6, (PATTERN,) * 10),
        unknown=each("mapping", "filters", UNKNOWN, (PATTERN, UNKNOWN)),
    ),
    "QL109": Cases(
        fine=(
            *mapping(filters=(PATTERN,)),
            *queue(consumers=("source", "other")),
            *mapping(filters=UNKNOWN),
        ),
        warning=together(queue(consumers=("source", "other")), mapping(filters=(PATTERN,))),
        unknown=together(queue(consumers=("source", "other")), mapping(filters=UNKNOWN)),
    ),
    "QL110": Cases(
        fine=(*mapping(batch_size=2), *mapping(batch_size=1, response_types=UNKNOWN)),
        warning=(*mapping(batch_size=2, response_types=UNSET), *mapping(batch_size=UNSET, response_types=("Other",))),
        unknown=(*mapping(batch_size=UNKNOWN), *mapping(response_types=UNKNOWN)),
    ),
    "QL111": Cases(
        fine=(
            *stream(),
            *stream(starting_position=None, starting_position_timestamp="", bisect_batch_on_function_error=False),
            *stream(parallelization_factor=1, maximum_record_age_in_seconds=-1, maximum_retry_attempts=-1),
            *stream(tumbling_window_in_seconds=0, destination_config=False),
        ),
        hard=(
            *stream(starting_position="LATEST"),
            *stream(starting_position_timestamp="2026-11-23T00:00:00Z"),
            *stream(bisect_batch_on_function_error=True),
            *stream(parallelization_factor=2),
            *stream(maximum_record_age_in_seconds=60),
            *stream(maximum_retry_attempts=1),
            *stream(tumbling_window_in_seconds=1),
            *stream(destination_config=True),
        ),
        unknown=stream(starting_position=UNKNOWN),
    ),
    "QL112": Cases(
        fine=each("mapping", "waits_for_policy", True, UNSET),
        warning=mapping(waits_for_policy=False),
        unknown=mapping(waits_for_policy=UNKNOWN),
    ),
    "QL113": Cases(
        fine=(
            *slow(3),
            *function(expected_seconds_per_record=UNSET),
            *slow(0, UNKNOWN),
            *slow(float("inf")),
            *slow(4, 0),
            *slow(15, at_once=5),
        ),
        warning=(
            *slow(3.1),
            *slow(15.1, at_once=5),
            *slow(10, 31, at_once=10),
            *slow(4, at_once=10, fifo=True),
            *slow(31, 1),
            *slow(901, 1, 900),
            *slow(100, 10, 900),
        ),
        unknown=(*slow(3, at_once=UNKNOWN), *slow(3, UNKNOWN), *slow(3, 10, UNKNOWN)),
    ),
    "QL114": Cases(
        fine=(*queue(consumers=("source",)), *queue(consumers=UNSET)),
        warning=queue(consumers=("source", "other")),
    ),
    "QL115": Cases(
        fine=each("mapping", "enabled", True, UNSET),
        warning=mapping(enabled=False),
        unknown=mapping(enabled=UNKNOWN),
    ),
}
