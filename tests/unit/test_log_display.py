"""Log lines as a user sees them, on a terminal and elsewhere."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from queuesmith.cli.log_lines import log_line_printer, pieces, show, show_on_terminal
from queuesmith.cli.output import Output
from tests.unit.log_lines import of
from tests.unit.terminal import Terminal


def lines(message: str | dict[str, Any]) -> list[str]:
    """The displayed lines, without the time."""
    head, below = pieces(of(message))
    return ["".join(text for text, _ in head).rstrip()[25:], *below]


def test_terminal_line_has_time_level_message_and_fields() -> None:
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


def test_runtime_exception_is_shown_as_its_message() -> None:
    line = {
        "level": "ERROR",
        "errorMessage": "'x'",
        "errorType": "KeyError",
        "stackTrace": ['  File "a.py", line 1, in f\n    x()\n'],
    }
    assert lines(line) == ["ERROR 'x'  errorType=KeyError", '  File "a.py", line 1, in f', "    x()"]


def test_traceback_is_printed_below_its_line() -> None:
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


def test_list_that_is_not_a_traceback_is_json() -> None:
    assert lines({"message": "m", "tags": ["a", "b"]}) == ['INFO  m  tags=["a","b"]']


def test_fields_that_are_the_same_in_every_line_are_omitted() -> None:
    metric = {"_aws": {"CloudWatchMetrics": []}, "service": "dev-orders", "Processed": [2.0]}
    assert lines(metric) == ["INFO  metrics  Processed=[2.0]"]
    assert of(metric).fields == metric


def test_control_characters_in_a_log_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = of({"message": "a\x1b[2Jb", "x": "\x07", "exception": "c\n\x1b[1A"})
    show(hostile, Output())
    show_on_terminal(hostile, sys.stdout)
    printed = capsys.readouterr().out
    assert "\\x1b[2J" in printed
    assert not {"\x1b", "\x07"} & set(printed)


def test_levels_are_coloured_on_a_terminal_unless_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    failed, long = of({"level": "ERROR", "message": "it failed"}), of(f"REPORT RequestId: 1\t{'x' * 300}")
    terminal = Terminal()
    show_on_terminal(failed, terminal)
    show_on_terminal(long, terminal)
    assert "\x1b[31mERROR\x1b[0m it failed" in terminal.getvalue()
    assert "REPORT RequestId: 1 " in terminal.getvalue()
    assert terminal.getvalue().count("\n") == 2  # the terminal wraps lines, so that copied text stays whole
    monkeypatch.setenv("NO_COLOR", "1")
    show_on_terminal(failed, terminal := Terminal())
    assert "\x1b[3" not in terminal.getvalue()


def test_handler_output_is_formatted_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"level": "ERROR", "message": "it failed", "exception": "Traceback:\n  here"})
    for stream, shown in (
        (io.StringIO(), f"{line}\nprinted\n"),
        (Terminal(), "ERROR it failed\n    Traceback:\n      here\nprinted\n"),
    ):
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "dumb")
        show_line = log_line_printer(Output())
        show_line(line)
        show_line("printed")
        assert stream.getvalue()[0 if shown.startswith("{") else 25 :] == shown
