"""Log lines as a user sees them, on a terminal and elsewhere."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from queuesmith.cli.log_lines import as_it_comes, pieces, show, show_on_terminal
from queuesmith.cli.output import Output
from tests.unit.log_lines import of
from tests.unit.terminal import Terminal


def lines(message: str | dict[str, Any]) -> list[str]:
    """The displayed lines, without the time."""
    head, below = pieces(of(message))
    return ["".join(text for text, _ in head).rstrip()[25:], *below]


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


def test_an_exception_of_lambdas_own_runtime_is_its_message() -> None:
    line = {
        "level": "ERROR",
        "errorMessage": "'x'",
        "errorType": "KeyError",
        "stackTrace": ['  File "a.py", line 1, in f\n    x()\n'],
    }
    assert lines(line) == ["ERROR 'x'  errorType=KeyError", '  File "a.py", line 1, in f', "    x()"]


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


def test_on_a_terminal_levels_have_colours_unless_none_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
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
