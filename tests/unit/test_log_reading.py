"""A log is read and followed: each line once, including late ones, with its continuation lines."""

from __future__ import annotations

import email.utils
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.operations import log_reading as logs
from queuesmith.operations.log_reading import follow_log, parse_level, read_log
from tests.unit.log_lines import NOW, SINCE


class Client:
    """Prepared pages of FilterLogEvents, and a clock. The emulator has only one page and no late lines."""

    def __init__(self, *looks: list[list[dict[str, Any]]], began: float = NOW / 1000) -> None:
        self._looks, self._began = iter(looks), began
        self.asked: list[dict[str, Any]] = []

    def get_paginator(self, operation: str) -> Client:
        assert operation == "filter_log_events"
        return self

    def paginate(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(arguments)
        date = {"date": email.utils.format_datetime(datetime.fromtimestamp(self._began, UTC), usegmt=True)}
        for events in next(self._looks):
            yield {"events": events, "ResponseMetadata": {"HTTPHeaders": date}}

    def move_on(self, seconds: float) -> None:
        self._began += seconds


def event(id: str, message: str, *, after: float = 0, stream: str = "s") -> dict[str, Any]:
    return {"eventId": id, "message": message, "timestamp": NOW + int(after * 1000), "logStreamName": stream}


def followed(client: Client) -> list[str]:
    """The lines that are shown until the prepared polls are used up, with a minute between polls."""
    shown: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "sleep", lambda _: client.move_on(60))
        with pytest.raises(RuntimeError):  # no polls are left
            shown.extend(each.message for each in follow_log(client, "g", since=SINCE))
    return shown


def test_lines_without_a_level_follow_the_line_that_they_continue() -> None:
    given = [
        event("1", "printed first"),
        event("2", "[ERROR] it broke"),
        event("3", "  in a file"),
        event("4", "of another", stream="t"),
        event("5", "[INFO] goes on"),
        event("6", "printed last"),
    ]
    found = list(read_log(Client([given]), "g", since=SINCE, level="warning"))
    assert [each.message for each in found] == ["it broke", "  in a file"]
    assert len(list(read_log(Client([given]), "g", since=SINCE))) == 6


def test_message_is_searched_by_an_exact_cloudwatch_filter() -> None:
    client = Client([[event("1", "about m-1"), event("2", "about M-1")]])
    assert [each.message for each in read_log(client, "g", since=SINCE, until=SINCE, message_id="m-1")] == ["about m-1"]
    assert client.asked == [{"logGroupName": "g", "startTime": NOW, "endTime": NOW, "filterPattern": '"m-1"'}]


def test_followed_log_shows_late_lines_and_no_line_twice() -> None:
    first, second, late = event("1", "first"), event("2", "second", after=30), event("3", "late", after=20)
    client = Client([[first], [second]], [[late, second]], [[late, second]])
    assert followed(client) == ["first", "second", "late"]


def test_equal_lines_without_an_id_are_each_shown_once() -> None:
    alike = [{key: value for key, value in event("", "worked").items() if key != "eventId"}] * 2
    assert followed(Client([alike], [alike], [[*alike, alike[0]]])) == ["worked"] * 3


def test_each_poll_starts_a_minute_before_the_previous_one() -> None:
    client = Client([[]], [[]], [[]], [[]])
    assert followed(client) == []
    begins = [(asked["startTime"] - NOW) / 1000 for asked in client.asked]
    assert begins == pytest.approx([0, 0, 0, 59.712, 119.712])  # the clock has whole seconds
    assert logs.OVERLAP == 60_000


def test_lines_that_no_later_poll_can_return_are_forgotten() -> None:
    """Otherwise a log that is followed for days would fill the memory."""
    client = Client([[event(str(number), "x", after=-number) for number in range(1000)]], began=NOW / 1000 + 3600)
    generator: Any = logs._poll(client, "g", NOW - 10_000_000, None)
    assert len([next(generator) for _ in range(1000)]) == 1000
    assert generator.gi_frame.f_locals["shown"] == {}


def test_unknown_level_error_lists_the_levels() -> None:
    with pytest.raises(UsageError) as error:
        parse_level("loud", "--level")
    assert str(error.value) == '--level is "loud", but must be one of TRACE, DEBUG, INFO, WARN, ERROR, FATAL'
    with pytest.raises(UsageError, match="level is"):
        read_log(Client(), "g", since=SINCE, level="loud")
