"""Log lines in JSON and in text, from Lambda's Python and Node runtimes, from Powertools and from Lambda itself."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.operations.log_reading import LogEvent, parse_level
from tests.unit.log_lines import REQUEST, of


def test_json_line_has_level_message_id_and_fields() -> None:
    line = {"level": "warning", "message": "it failed", "timestamp": "x", "message_id": "m-1", "why": "asked-to"}
    assert of(line) == LogEvent("2026-11-25T20:36:17.288Z", "WARN", "it failed", "m-1", {"why": "asked-to"}, "s")


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
def test_level_of_a_text_line_is_recognized(message: str, level: str | None, text: str | None) -> None:
    found = of(message)
    assert (found.level, found.message) == (level, text or message.rstrip())


def test_request_id_of_a_text_line_is_a_field() -> None:
    assert of(f"[INFO]\t2026-01-01T00:00:00.000Z\t{REQUEST}\thello").fields == {"function_request_id": REQUEST}
    assert of(f"2026-01-01T00:00:00.000Z\t{REQUEST}\tINFO\thello").fields == {"function_request_id": REQUEST}


@pytest.mark.parametrize("level", [None, 30, "NOTICE", ""])
def test_json_line_without_a_level_is_info(level: Any) -> None:
    assert of({"message": "x", **({} if level is None else {"level": level})}).level == "INFO"


def test_level_of_lambdas_platform_lines_depends_on_their_status() -> None:
    def platform(kind: str, **record: Any) -> str | None:
        return of({"time": "x", "type": f"platform.{kind}", "record": record}).level

    assert platform("start") == "DEBUG"
    assert platform("report", status="success") == "INFO"
    assert platform("report", status="timeout") == "ERROR"
    assert of({"type": "platform.report", "record": {"status": "error"}}).message == "platform.report"
    assert of({"type": "platform.extension", "record": "odd"}).fields == {"record": "odd"}


def test_json_values_that_are_not_strings_are_accepted() -> None:
    assert of({"message": {"a": 1}, "message_id": 5}) == LogEvent(
        "2026-11-25T20:36:17.288Z", "INFO", '{"a": 1}', None, {"message_id": 5}, "s"
    )


def test_level_is_case_insensitive() -> None:
    assert [parse_level(each) for each in ("warning", "Warn", "CRITICAL", "fatal ", "trace")] == [
        "WARN",
        "WARN",
        "FATAL",
        "FATAL",
        "TRACE",
    ]
