"""The charts of `queuesmith capacity`: their values, their files, and one line for each bad destination."""

from __future__ import annotations

import contextlib
import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from queuesmith.capacity import Prediction, ServiceTime, Workload, predict, with_changes, with_peak
from queuesmith.capacity.charts import POINTS, specification
from queuesmith.readers.settings.pipeline import WorkerContext, settings_pipeline
from queuesmith.settings.project import settings_of
from tests import in_process
from tests.conftest import ROOT

SAMPLE = ROOT / "tests" / "sample"
SHORT = ("--rate", "5/s", "--per-message", "20ms", "--until", "60s")
SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments: str) -> Any:
    return in_process.queuesmith("capacity", "prod", "orders", *SHORT, *arguments, folder=SAMPLE)


@pytest.fixture(scope="module")
def predictions() -> dict[str, Prediction]:
    """The sample's worker in a peak, now and with a larger batch."""
    with contextlib.chdir(SAMPLE):
        settings = settings_of("prod")
    context = WorkerContext.in_environment(settings.environment, settings.tags)
    pipeline = settings_pipeline("orders", settings.workers["orders"], date(2026, 11, 29), context, read_zip=False)
    workload = Workload(phases=with_peak(500, 5_000, 600, 600, 4_800), service=ServiceTime.constant(0.02))
    larger = with_changes(pipeline, {"source.batch_size": 50})
    return {"now": predict(pipeline, workload), "batch_size=50": predict(larger, workload)}


def rows_of(drawn: dict[str, Any], settings: str) -> list[dict[str, Any]]:
    return [row for row in drawn["data"]["values"] if row["settings"] == settings]


def test_points_keep_the_highest_values_and_the_ranges(predictions: dict[str, Prediction]) -> None:
    drawn = specification(predictions, tooltips=False)
    for name, each in predictions.items():
        rows = rows_of(drawn, name)
        assert POINTS / 2 < len(rows) <= POINTS < len(each.run.series.visible)
        assert rows[-1]["time"] == each.workload.until / 60
        for field, figure in (
            ("backlog", "backlog"),
            ("age", "metric_age"),
            ("true age", "age"),
            ("concurrency", "concurrency"),
        ):
            assert max(row[field] for row in rows) == pytest.approx(getattr(each.likely, figure), rel=0.001)
        assert max(row["backlog_high"] for row in rows) == pytest.approx(each.worst.backlog, rel=0.001)
        assert all(row["age_low"] <= row["age"] <= row["age_high"] for row in rows)
        arrived = sum(row["arrivals"] for row in rows) * each.workload.until / len(rows)
        assert arrived == pytest.approx(each.run.totals.sent, rel=0.001)
        spent = [row["cost"] for row in rows]
        assert spent == sorted(spent)


def test_cost_ends_at_the_price_of_what_was_used(predictions: dict[str, Prediction]) -> None:
    now = predictions["now"]
    sends = next(each for each in now.costs if each.name == "sends")
    free = [replace(each, usd=None) if each is not sends else each for each in now.costs]
    drawn = specification({"now": replace(now, costs=tuple(free))}, tooltips=False)
    assert sends.usd is not None
    expected = sends.usd / sends.quantity * now.run.totals.sent
    assert rows_of(drawn, "now")[-1]["cost"] == pytest.approx(expected, rel=0.001)


def test_chart_of_the_cost_is_left_out_without_prices(predictions: dict[str, Prediction]) -> None:
    now = predictions["now"]
    unpriced = replace(now, costs=tuple(replace(each, usd=None) for each in now.costs))
    charts = specification({"now": unpriced}, tooltips=False)["vconcat"]
    assert [re.split("[ ,]", chart["title"]["text"])[0] for chart in charts] == [
        "Arrivals", "Backlog", "Age", "Concurrency", "Messages",
    ]  # fmt: skip
    assert charts[-1]["layer"][0]["encoding"]["x"]["title"] == "minutes from the start"


def test_age_is_shown_against_the_threshold_that_it_reaches(predictions: dict[str, Prediction]) -> None:
    age = specification(predictions, tooltips=False)["vconcat"][2]
    labels = {row["label"] for layer in age["layer"] for row in layer.get("data", {}).get("values", ())}
    assert labels == {"alarm oldest_message_age: 300"}, "that of expiry is so high that the lines would be flat"


def test_files_are_written_and_always_the_same(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.svg", "b.svg", "a.html")]
    for svg, more in ((files[0], ("--html", str(files[2]))), (files[1], ())):
        result = run("--try", "source.batch_size=50", "--svg", str(svg), *more)
        assert result.returncode == 0, result.stderr
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert files[0].read_bytes() == files[1].read_bytes()
    root = ElementTree.parse(files[0]).getroot()  # noqa: S314
    texts = {each.text for each in root.iter(f"{SVG}text")}
    assert {"now", "batch_size=50", "Backlog, messages", "minutes from the start", "alarm oldest_message_age: 300"} <= texts
    assert "<title>orders: predicted</title>" in files[2].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--svg", "{folder}/no/a.svg"), '--svg is "{folder}/no/a.svg", but there is no folder {folder}/no. Create it'),
        (("--html", "{folder}"), '--html is "{folder}", but that is not a file. Specify the name of a file'),
        (("--svg", "{folder}/a", "--html", "{folder}/a"), '--svg and --html are both "{folder}/a". Specify two files'),
        (("--svg", "{folder}/{long}"), '--svg is "{folder}/{long}", but it cannot be written: File name too long. Choose'),
    ],
)
def test_bad_destination_is_one_line_with_the_fix(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    names = {"folder": tmp_path, "long": "a" * 250}
    result = run(*(each.format(**names) for each in arguments))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {message.format(**names)}")
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_missing_library_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    result = run("--svg", str(tmp_path / "a.svg"))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        'error: --svg and --html need vl-convert-python, which is not installed. Install it: pip install "queuesmith[charts]"\n'
    )
    assert list(tmp_path.iterdir()) == []
