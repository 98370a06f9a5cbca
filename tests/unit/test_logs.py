"""A log is read: lines of JSON and of text, of Lambda's runtimes for Python and Node, of Powertools and of Lambda itself."""

from __future__ import annotations

import email.utils
import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from queuesmith import logs
from queuesmith.commands.log_lines import as_it_comes, pieces, show, show_on_terminal
from queuesmith.commands.output import Output
from queuesmith.errors import UsageError
from queuesmith.logs import Event, follow, level_named, parsed, read
from tests.unit.terminal import Terminal

NOW = 1_795_638_977_288
SINCE = datetime.fromtimestamp(NOW / 1000, UTC)
REQUEST = "6bc28136-xmpl-4365-b021-0ce6b2e64ab0"


def of(message: str | dict[str, Any]) -> Event:
    text = message if isinstance(message, str) else json.dumps(message)
    return parsed({"timestamp": NOW, "message": text, "logStreamName": "s"})


def lines(message: str | dict[str, Any]) -> list[str]:
    """As a person is shown it, after the time."""
    head, below = pieces(of(message))
    return ["".join(text for text, _ in head).rstrip()[25:], *below]


class Client:
    """Pages of FilterLogEvents that a test writes, and a clock: the local AWS has one page, and no line is late there."""

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
    """What is shown until the looks are used up, with a minute between two of them."""
    shown: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "sleep", lambda _: client.move_on(60))
        with pytest.raises(RuntimeError):  # the client has no more
            shown.extend(each.message for each in follow(client, "g", since=SINCE))
    return shown


def test_a_line_of_json_has_its_level_message_and_id_and_the_rest_in_fields() -> None:
    line = {"level": "warning", "message": "it failed", "timestamp": "x", "message_id": "m-1", "why": "asked-to"}
    assert of(line) == Event("2026-11-25T20:36:17.288Z", "WARN", "it failed", "m-1", {"why": "asked-to"}, "s")


@pytest.mark.parametrize(
    ("message", "level", "text"),
    [
        ("START RequestId: 1 Version: $LATEST\n", "INFO", None),
        ("REPORT RequestId: 1\tDuration: 1 ms\tStatus: timeout", "ERROR", None),
        ("2026-01-01T00:00:00Z 1 Task timed out after 3.00 seconds", "ERROR", None),
        (f"[WARNING]\t2026-01-01T00:00:00.000Z\t{REQUEST}\tRuntime.Odd is a word\n", "WARN", "Runtime.Odd is a word"),
        (f"2026-01-01T00:00:00.000Z\t{REQUEST}\tERROR\tfrom Node\n", "ERROR", "from Node"),
        ("[ERROR] KeyError: 'x'\rTraceback\r  File", "ERROR", "KeyError: 'x'\nTraceback\n  File"),
        ("[DEBUG] by hand", "DEBUG", "by hand"),
        ("printed", None, None),
        ("{not JSON", None, None),
        ("[1, 2]", None, None),
        ("{" * 100_000, None, None),
    ],
)
def test_a_line_of_text_says_its_level_as_far_as_it_does(message: str, level: str | None, text: str | None) -> None:
    found = of(message)
    assert (found.level, found.message) == (level, text or message.rstrip())


def test_the_request_id_of_a_line_of_text_is_a_field() -> None:
    assert of(f"[INFO]\t2026-01-01T00:00:00.000Z\t{REQUEST}\thello").fields == {"function_request_id": REQUEST}
    assert of(f"2026-01-01T00:00:00.000Z\t{REQUEST}\tINFO\thello").fields == {"function_request_id": REQUEST}


@pytest.mark.parametrize("level", [None, 30, "NOTICE", ""])
def test_a_line_of_json_without_a_level_is_info_as_lambda_takes_it(level: Any) -> None:
    assert of({"message": "x", **({} if level is None else {"level": level})}).level == "INFO"


def test_an_exception_of_lambdas_own_runtime_is_its_message() -> None:
    line = {
        "level": "ERROR",
        "errorMessage": "'x'",
        "errorType": "KeyError",
        "stackTrace": ['  File "a.py", line 1, in f\n    x()\n'],
    }
    assert lines(line) == ["ERROR 'x'  errorType=KeyError", '  File "a.py", line 1, in f', "    x()"]


def test_lambdas_own_lines_in_json_say_whether_it_failed() -> None:
    def platform(kind: str, **record: Any) -> str | None:
        return of({"time": "x", "type": f"platform.{kind}", "record": record}).level

    assert platform("start") == "DEBUG"
    assert platform("report", status="success") == "INFO"
    assert platform("report", status="timeout") == "ERROR"
    assert of({"type": "platform.report", "record": {"status": "error"}}).message == "platform.report"
    assert of({"type": "platform.extension", "record": "odd"}).fields == {"record": "odd"}


def test_what_is_no_text_in_a_line_of_json_does_no_harm() -> None:
    assert of({"message": {"a": 1}, "message_id": 5}) == Event(
        "2026-11-25T20:36:17.288Z", "INFO", '{"a": 1}', None, {"message_id": 5}, "s"
    )


def test_a_person_sees_time_level_message_and_fields_on_one_line() -> None:
    line = {
        "level": "ERROR",
        "message": "it failed",
        "message_id": "m-1",
        "why": "asked-to",
        "reason": "two words",
        "n": 3,
        "ok": True,
    }
    assert lines(line) == ['ERROR it failed  message_id=m-1 why=asked-to reason="two words" n=3 ok=true']
    assert lines("printed") == ["      printed"]


def test_tracebacks_stand_below_their_line() -> None:
    trace = "Traceback (most recent call last):\n  File x\nKeyError: 'x'\n"
    below = ["Traceback (most recent call last):", "  File x", "KeyError: 'x'"]
    assert lines({"message": "m", "exception": trace, "exception_name": "KeyError"}) == [
        "INFO  m  exception_name=KeyError",
        *below,
    ]
    frames = [{"file": "a.py", "line": 3, "function": "f", "statement": "x()"}]
    assert lines({"message": "m", "stack_trace": {"type": "KeyError", "frames": frames}})[1:] == [
        'File "a.py", line 3, in f: x()'
    ]
    assert lines({"message": "m", "query": "select\nfrom"}) == ["INFO  m", "query:", "    select", "    from"]
    assert lines("[ERROR] KeyError: 'x'\rTraceback (most recent call last):\r  File x")[1:] == below[:2]


def test_a_list_that_is_no_traceback_is_json() -> None:
    assert lines({"message": "m", "tags": ["a", "b"]}) == ['INFO  m  tags=["a","b"]']


def test_what_is_the_same_in_every_line_of_a_worker_is_left_out_for_people() -> None:
    metric = {"_aws": {"CloudWatchMetrics": []}, "service": "dev-orders", "Processed": [2.0]}
    assert lines(metric) == ["INFO  metrics  Processed=[2.0]"]
    assert of(metric).fields == metric


def test_text_from_a_log_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = of({"message": "a\x1b[2Jb", "x": "\x07", "exception": "c\n\x1b[1A"})
    show(hostile, Output())
    show_on_terminal(hostile, sys.stdout)
    printed = capsys.readouterr().out
    assert "\\x1b[2J" in printed
    assert not {"\x1b", "\x07"} & set(printed)


def test_a_level_is_taken_as_people_type_it() -> None:
    assert [level_named(each) for each in ("warning", "Warn", "CRITICAL", "fatal ", "trace")] == [
        "WARN",
        "WARN",
        "FATAL",
        "FATAL",
        "TRACE",
    ]


def test_another_level_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError) as error:
        level_named("loud", "--level")
    assert str(error.value) == '--level is "loud", but must be one of TRACE, DEBUG, INFO, WARN, ERROR, FATAL'
    with pytest.raises(UsageError, match="level is"):
        read(Client(), "g", since=SINCE, level="loud")


def test_of_the_lines_without_a_level_those_are_shown_that_continue_one_that_is() -> None:
    given = [
        event("1", "printed first"),
        event("2", "[ERROR] it broke"),
        event("3", "  in a file"),
        event("4", "of another", stream="t"),
        event("5", "[INFO] goes on"),
        event("6", "printed last"),
    ]
    found = list(read(Client([given]), "g", since=SINCE, level="warning"))
    assert [each.message for each in found] == ["it broke", "  in a file"]
    assert len(list(read(Client([given]), "g", since=SINCE))) == 6


def test_the_search_for_a_message_is_cloudwatchs_and_is_exact() -> None:
    client = Client([[event("1", "about m-1"), event("2", "about M-1")]])
    assert [each.message for each in read(client, "g", since=SINCE, until=SINCE, message_id="m-1")] == ["about m-1"]
    assert client.asked == [{"logGroupName": "g", "startTime": NOW, "endTime": NOW, "filterPattern": '"m-1"'}]


def test_a_log_that_is_followed_shows_a_late_line_and_no_line_twice() -> None:
    first, second, late = event("1", "first"), event("2", "second", after=30), event("3", "late", after=20)
    client = Client([[first], [second]], [[late, second]], [[late, second]])
    assert followed(client) == ["first", "second", "late"]


def test_lines_that_are_alike_are_each_shown_once_where_they_have_no_id() -> None:
    alike = [{key: value for key, value in event("", "worked").items() if key != "eventId"}] * 2
    assert followed(Client([alike], [alike], [[*alike, alike[0]]])) == ["worked"] * 3


def test_each_look_begins_a_minute_before_the_last_one_did_and_never_before_the_beginning() -> None:
    client = Client([[]], [[]], [[]], [[]])
    assert followed(client) == []
    begins = [(asked["startTime"] - NOW) / 1000 for asked in client.asked]
    assert begins == pytest.approx([0, 0, 0, 59.712, 119.712])  # the clock is in whole seconds
    assert logs.OVERLAP == 60_000


def test_what_no_later_look_can_find_is_not_remembered() -> None:
    """Else a log that is followed for days would fill the memory."""
    client = Client([[event(str(number), "x", after=-number) for number in range(1000)]], began=NOW / 1000 + 3600)
    generator: Any = logs._followed(client, "g", NOW - 10_000_000, None)
    assert len([next(generator) for _ in range(1000)]) == 1000
    assert generator.gi_frame.f_locals["shown"] == {}


def test_on_a_terminal_levels_have_colours_unless_none_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    failed, long = of({"level": "ERROR", "message": "it failed"}), of(f"REPORT RequestId: 1\t{'x' * 300}")
    terminal = Terminal()
    show_on_terminal(failed, terminal)
    show_on_terminal(long, terminal)
    assert "\x1b[31mERROR\x1b[0m it failed" in terminal.getvalue()
    assert "REPORT RequestId: 1 " in terminal.getvalue()
    assert terminal.getvalue().count("\n") == 2  # the terminal breaks lines, so that what is copied from it is whole
    monkeypatch.setenv("NO_COLOR", "1")
    show_on_terminal(failed, terminal := Terminal())
    assert "\x1b[3" not in terminal.getvalue()


def test_what_a_handler_writes_is_readable_on_a_terminal_and_as_it_is_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"level": "ERROR", "message": "it failed", "exception": "Traceback:\n  here"})
    for stream, shown in (
        (io.StringIO(), f"{line}\nprinted\n"),
        (Terminal(), "ERROR it failed\n    Traceback:\n      here\nprinted\n"),
    ):
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "dumb")
        show_line = as_it_comes(Output())
        show_line(line)
        show_line("printed")
        assert stream.getvalue()[0 if shown.startswith("{") else 25 :] == shown
