"""Messages that wait at the start of a simulation: each engine counts them, and knows how old they are."""

from __future__ import annotations

from datetime import date

import pytest

from queuesmith.capacity import Prediction, ServiceTime, Workload, predict, steady
from queuesmith.capacity.answer import answer
from queuesmith.readers.settings.pipeline import WorkerContext, settings_pipeline
from queuesmith.settings.project import settings_of
from tests.conftest import SAMPLE


def forecast(engine: str, monkeypatch: pytest.MonkeyPatch, *, backlog: int, age: float, rate: float = 0.0) -> Prediction:
    monkeypatch.chdir(SAMPLE.parent)
    settings = settings_of("prod")
    context = WorkerContext.in_environment(settings.environment, settings.tags)
    pipeline = settings_pipeline("orders", settings.workers["orders"], date(2026, 11, 30), context, read_zip=False)
    workload = Workload(phases=steady(rate, 3_600), service=ServiceTime.constant(0.02), backlog=backlog, backlog_age=age)
    return predict(pipeline, workload, engine=engine)


@pytest.mark.parametrize("engine", ["events", "slots"])
def test_backlog_is_processed_at_the_largest_rate(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = forecast(engine, monkeypatch, backlog=50_000, age=600)
    assert found.run.totals.unaccounted() == pytest.approx(0, abs=1e-6)
    assert found.run.totals.done == pytest.approx(50_000)
    assert sum(found.run.series.sent) == 0
    assert found.likely.drain is not None
    assert found.likely.drain == pytest.approx(50_000 / found.likely.maximum_rate, rel=0.5)
    assert found.likely.age == pytest.approx(600, abs=30)
    assert f"The 50,000 messages that wait are processed after {found.likely.drain:.0f} s." in answer(found)


@pytest.mark.parametrize("engine", ["events", "slots"])
def test_alarm_on_the_age_counts_from_when_the_messages_were_sent(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh, old = (forecast(engine, monkeypatch, backlog=30_000, age=age) for age in (0.0, 7_200.0))
    assert (fresh.first_page, old.first_page) == (None, 60)


def test_backlog_that_grows_is_never_processed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = forecast("slots", monkeypatch, backlog=1_000, age=60, rate=50_000)
    assert "The 1,000 messages that wait are never all processed, while 50,000/s arrive." in answer(found)
