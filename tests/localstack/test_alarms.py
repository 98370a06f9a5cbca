"""Every alarm of a worker goes off, notifies and recovers: applied by Terraform, evaluated by LocalStack's CloudWatch."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from queuesmith.common.errors import TerraformError
from queuesmith.local.terraform_cli.program import find_program
from queuesmith.settings.derived.alarm_specs import ALARMS
from tests.conftest import ROOT, unavailable
from tests.localstack.alarm_cases import CASES, Case
from tests.localstack.alarm_story import Story
from tests.localstack.alarm_world import ALARM_TOPIC, PAGING_TOPIC, AlarmWorld, Change, applied_alarms

RUNBOOK = "https://wiki.example.com/runbook"
ANCHORS = (ROOT / "docs" / "runbook.md").read_text()
CONTROL = 10
"""Minutes for which each alarm must stay OK just below its threshold, at least."""
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.alarm)


@dataclass
class Outcome:
    """What happened to the alarms."""

    world: AlarmWorld
    story: Story

    def changes(self, case: Case) -> list[Change]:
        """The changes of an alarm's state, without the first one, to OK."""
        first, *others = (change for change in self.world.changes if change.alarm == f"alarms-{case.alarm}")
        assert first == Change(1, f"alarms-{case.alarm}", "OK")
        return others

    def minutes(self, case: Case, state: str) -> int:
        """The minutes from the beginning or the end of an alarm's condition until its state."""
        begin = (self.story.started if state == "ALARM" else self.story.ended)[case.alarm]
        return next(change.minute for change in self.changes(case) if change.state == state and change.minute > begin) - begin

    @cached_property
    def notifications(self) -> dict[str, list[dict[str, Any]]]:
        """What each topic has delivered."""
        pages = sum(change.alarm.endswith("-page") for change in self.world.changes)
        expected = {ALARM_TOPIC: len(self.world.changes) - pages, PAGING_TOPIC: pages}
        return {topic: self.world.notifications(topic, count) for topic, count in expected.items()}

    def notification(self, case: Case) -> dict[str, Any]:
        """The first notification that an alarm is in ALARM."""
        topic = PAGING_TOPIC if case.alarm.endswith("-page") else ALARM_TOPIC
        wanted = (f"alarms-{case.alarm}", "ALARM")
        return next(each for each in self.notifications[topic] if (each["AlarmName"], each["NewStateValue"]) == wanted)


@pytest.fixture(scope="module")
def outcome() -> Iterator[Outcome]:
    try:
        find_program()
    except TerraformError as error:
        unavailable(str(error))
    with (
        tempfile.TemporaryDirectory(prefix="qs-") as folder,  # short, because Terraform's provider creates a socket in it
        applied_alarms(Path(folder)) as world,
    ):
        story = Story(world)
        story.run()
        yield Outcome(world, story)


def test_there_is_a_case_for_every_alarm() -> None:
    assert {case.alarm.partition("-")[2] for case in CASES} == {spec.id for spec in ALARMS} | {"page"}


@each_case
def test_alarm_goes_off_once_and_recovers(outcome: Outcome, case: Case) -> None:
    times = 3 if case.alarm == "orders-page" else 1
    assert [change.state for change in outcome.changes(case)] == ["ALARM", "OK"] * times


@each_case
def test_alarm_stays_ok_just_below_its_threshold(outcome: Outcome, case: Case) -> None:
    started = outcome.story.started[case.alarm]
    assert started > CONTROL
    assert not [change for change in outcome.changes(case) if change.minute <= started]


@each_case
def test_alarm_needs_its_evaluation_periods(outcome: Outcome, case: Case) -> None:
    (alarm,) = (each for each in outcome.world.alarms() if each["AlarmName"] == f"alarms-{case.alarm}")
    periods = alarm.get("EvaluationPeriods", 1)
    needed = alarm.get("DatapointsToAlarm", periods)
    of_metric = next((query["MetricStat"]["Period"] for query in alarm.get("Metrics", []) if "MetricStat" in query), 60)
    length = alarm.get("Period", of_metric) // 60
    assert (needed - 1) * length < outcome.minutes(case, "ALARM") <= periods * length


def test_no_other_alarm_goes_off(outcome: Outcome) -> None:
    gone_off = {change.alarm for change in outcome.world.changes if change.state == "ALARM"}
    assert gone_off == {f"alarms-{case.alarm}" for case in CASES}
    assert len(outcome.world.states) > len(CASES)


@pytest.mark.parametrize("topic", [ALARM_TOPIC, PAGING_TOPIC])
def test_topic_delivers_each_change_of_its_alarms_once(outcome: Outcome, topic: str) -> None:
    pages = topic == PAGING_TOPIC
    changes = Counter(
        (change.alarm, change.state) for change in outcome.world.changes if change.alarm.endswith("-page") is pages
    )
    assert Counter((each["AlarmName"], each["NewStateValue"]) for each in outcome.notifications[topic]) == changes


@each_case
def test_notification_links_to_its_section_of_the_runbook(outcome: Outcome, case: Case) -> None:
    notification, section = outcome.notification(case), case.alarm.partition("-")[2]
    assert notification["subject"].startswith(f'ALARM: "alarms-{case.alarm}" in ')
    assert notification["AlarmDescription"].endswith(f" Runbook: {RUNBOOK}#{section}")
    assert f'<a id="{section}"></a>' in ANCHORS


def test_outcomes_are_on_the_page(outcome: Outcome, results: Path | None) -> None:
    lines = [_line(outcome, case) for case in CASES]
    if results is not None:
        (results / "alarms.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert all(line["to_alarm"] > 0 and line["to_ok"] > 0 for line in lines)


def _line(outcome: Outcome, case: Case) -> dict[str, Any]:
    description, _, url = outcome.notification(case)["AlarmDescription"].partition(" Runbook: ")
    return {
        "alarm": case.alarm,
        "at": case.at,
        "below": case.below,
        "source": case.source,
        "to_alarm": outcome.minutes(case, "ALARM"),
        "to_ok": outcome.minutes(case, "OK"),
        "received": f"{description} `{url.removeprefix(RUNBOOK)}`",
    }
