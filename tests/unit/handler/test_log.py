"""The lines of the log: which message they belong to, and how Lambda filters them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import pytest

from queuesmith_worker import logger, note
from queuesmith_worker.testing import FakeContext
from tests.unit.handler.world import Job, Run, record


def test_message_keys_are_in_its_own_lines_only() -> None:
    def handle(job: Job) -> None:
        if job.id == "a":
            note(job_id=job.id, customer="c-1")
            logger.info("under way")

    run = Run(handle)
    run(record("a"), record("b"))
    assert [(line["message"], line.get("job_id")) for line in run.lines()] == [
        ("under way", "a"),
        ("message processed", "a"),
        ("message processed", None),
    ]


def test_line_with_data_that_is_not_utf8_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON escapes can contain half a surrogate pair."""
    monkeypatch.setattr(logger._logger, "propagate", False)  # pytest-xdist cannot serialize it

    def handle(job: Job) -> None:
        raise ValueError("\ud800 \u00e9")

    run, written = Run(handle), io.BytesIO()
    logger.registered_handler.setStream(io.TextIOWrapper(written, encoding="utf-8"))  # type: ignore[attr-defined]
    answer = run.worker({"Records": [record("a")]}, FakeContext())  # type: ignore[arg-type]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "a"}]}
    (line,) = written.getvalue().decode().splitlines()
    assert json.loads(line)["reason"] == "ValueError: \ud800 \u00e9"


@pytest.mark.parametrize("key", ["message", "name", "message_id", "args", "reason", "duration_ms", "level", "service"])
def test_extra_key_cannot_replace_a_standard_key(key: str) -> None:
    with pytest.raises(ValueError, match=f"^log lines already have {key}. Choose another name$"):
        note(**{key: "x"})


@pytest.mark.parametrize(
    ("write", "level"),
    [
        (logger.debug, "DEBUG"),
        (logger.info, "INFO"),
        (logger.warning, "WARN"),
        (logger.error, "ERROR"),
        (logger.critical, "FATAL"),
    ],
)
def test_line_has_the_level_and_time_that_lambda_filters_by(write: Callable[[str], None], level: str) -> None:
    """Lambda treats a line as INFO if its level is unknown, or if its time is not in RFC 3339 format."""
    run = Run(lambda _: write("said"))
    logger.setLevel("DEBUG")
    try:
        run(record("a"))
    finally:
        logger.setLevel("INFO")
    line = run.lines()[0]
    assert (line["message"], line["level"]) == ("said", level)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["timestamp"])


def test_keys_added_for_a_message_do_not_reach_the_next_invocation() -> None:
    run = Run(lambda job: logger.append_keys(order=job.id) if job.id == "a" else None)
    run(record("a"))
    run(record("b"))
    assert [line.get("order") for line in run.lines()] == ["a", None]
    assert [line["cold_start"] for line in run.lines()][1] is False


@pytest.mark.parametrize("group", ["tenant-1", None])
def test_each_line_has_the_message_group_and_no_metric_has_it(group: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(lambda job: logger.info("in progress"))
    tenant = {} if group is None else {"MessageGroupId": group}
    event = record("a")
    assert run({**event, "attributes": {**event["attributes"], **tenant}}) == []
    assert [line.get("message_group_id") for line in run.lines()] == [group, group]
    assert [line["message"] for line in run.lines()] == ["in progress", "message processed"]
    assert "tenant-1" not in capsys.readouterr().out
