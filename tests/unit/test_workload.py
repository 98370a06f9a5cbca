"""The workload in the settings: what synth and `check` report, and the defaults of `queuesmith capacity`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from queuesmith.checks.worker_check import worker_report
from queuesmith.cli.capacity_inputs import arrivals
from queuesmith.readers.settings.alarms import worker_alarms
from queuesmith.readers.settings.pipeline import WorkerContext
from queuesmith.rules import rules
from queuesmith.rules.markdown import example
from queuesmith.settings import WorkerSettings
from queuesmith.settings.base import Settings
from queuesmith.settings.derived.alarm_specs import FOLLOWS_WORKLOAD, alarm_specs
from queuesmith.settings.workload import PeakSettings, WorkloadSettings
from tests import in_process
from tests.checking import TODAY
from tests.conftest import ROOT
from tests.unit.settings_files import GOOD, read, write
from tools.settings_schema import tables

RULES = {rule.id: rule for rule in rules() if rule.id.startswith("QL5")}
IMAGE = {"image": f"registry/image@sha256:{'0' * 64}"}
LAUNCH = {"rate": 500, "peak": {"rate": 5_000, "seconds": 600}}
EARLY = {"oldest_message_age": 300}
SOURCE = {"expected_seconds_per_record": 0.02, "maximum_concurrency": 50}


def reported(settings: dict[str, Any]) -> tuple[dict[str, str], set[str]]:
    """The messages of findings about the workload by rule, and the skipped rules."""
    function = {"artifact": IMAGE, **settings.get("function", {})}
    worker = WorkerSettings.model_validate({"name": "orders", **settings, "function": function})
    report = worker_report("orders", worker, TODAY, WorkerContext.in_environment("prod", {}), read_zip=False)
    found = {each.rule: f"{each.attribute}: {each.message}. {each.remedy}" for each in report.findings if each.rule in RULES}
    return found, {rule for rule, _ in report.skipped if rule in RULES}


def raised(settings: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """The thresholds without and with the workload, of the alarms that say that it matters."""
    function = {"artifact": IMAGE, **settings.get("function", {})}
    worker = WorkerSettings.model_validate({"name": "orders", **settings, "function": function})
    usual = {spec.key: spec.threshold for spec in alarm_specs(worker)}
    found = worker_alarms(worker)
    assert usual.keys() == {spec.key for spec in found}
    assert [spec.key for spec in found if FOLLOWS_WORKLOAD in spec.description] == [
        spec.key for spec in found if spec.threshold != usual[spec.key]
    ]
    return {spec.key: (usual[spec.key], spec.threshold) for spec in found if spec.threshold != usual[spec.key]}


@pytest.mark.parametrize("id", RULES)
def test_examples_break_and_follow_their_rule(id: str) -> None:
    broken = {}
    for kind in ("bad", "good"):
        shown = example(RULES[id], kind)
        assert shown is not None
        broken[kind] = id in reported(tomllib.loads(shown[1])["workers"]["orders"])[0]
    assert broken == {"bad": True, "good": False}


def test_launch_has_findings_in_the_order_of_importance() -> None:
    found, skipped = reported({"source": SOURCE, "workload": LAUNCH, "alarms": EARLY})
    assert list(found) == ["QL501", "QL502"]
    assert found["QL501"] == (
        "workload.peak.rate: workload.peak.rate is 5,000/s for 10 min, but at most 1,852/s are processed (maximum concurrency "
        "50): 1.89 million messages wait, the oldest for 17 min, and it is drained 23 min after the peak. Increase the "
        "concurrency, function.message_concurrency or the batch size, or suppress QL501 if these messages can wait. To compare "
        "settings: queuesmith capacity prod orders"
    )
    assert skipped == set()


def test_derived_thresholds_are_above_what_the_workload_leads_to() -> None:
    """The age and the backlog of this launch with the worst constants are those of `capacity`: 26 min and 2.16 million."""
    settings = {"source": SOURCE, "workload": LAUNCH}
    assert raised(settings) == {"oldest_message_age": (540, 1_560), "backlog": (15_000, 2_200_000)}
    assert list(reported(settings)[0]) == ["QL501"], "no alarm pages"
    assert raised({**settings, "alarms": {"oldest_message_age": 300, "backlog": False}}) == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"queue": {"retention": 900}}, {"oldest_message_age": (540, 720), "backlog": (15_000, 1_000_000)}),
        ({"queue": {"retention": 7_200}, "workload": {**LAUNCH, "peak": {"rate": 5_000, "seconds": 3_600}}},
         {"oldest_message_age": (540, 5_760), "backlog": (15_000, 8_000_000)}),
        ({"source": {**SOURCE, "maximum_concurrency": 5}}, {}),
        ({"source": {**SOURCE, "maximum_concurrency": 500}}, {}),
        ({"source": {**SOURCE, "expected_seconds_per_record": -1.8881545897087503e289}}, {}),
        ({"queue": {"fifo": True}}, {"oldest_message_age": (540, 1_560), "backlog": (15_000, 2_200_000)}),
    ],
    ids=["retention", "retention and a long peak", "never drains", "keeps up", "token", "FIFO"],
)  # fmt: skip
def test_threshold_is_raised_only_to_what_loses_no_messages(
    changes: dict[str, Any], expected: dict[str, tuple[int, int]]
) -> None:
    assert raised({"source": SOURCE, "workload": LAUNCH, **changes}) == expected


def test_workload_of_a_fifo_queue_is_checked() -> None:
    fifo = {"queue": {"fifo": True}, "source": {"expected_seconds_per_record": 1}, "workload": {"rate": 100, "groups": 20}}
    found, skipped = reported(fifo)
    assert found["QL501"] == (
        "workload.rate: workload.rate is 100/s, but at most 20/s are processed (the largest message group, which has "
        "5.0% of the messages): the queue never drains. Use more message groups. To compare settings: queuesmith capacity prod "
        "orders"
    )
    assert (list(found), skipped) == (["QL501", "QL502", "QL503"], set())


@pytest.mark.parametrize(
    "changes",
    [
        {"source": {**SOURCE, "maximum_concurrency": -1.8881545897087503e289}},
        {"source": {**SOURCE, "expected_seconds_per_record": -1.8881545897087503e289}},
        {"source": {**SOURCE, "batch_size": 0}},
        {"existing_queue": {"arn": "arn:aws:sqs:eu-west-1:111111111111:theirs"}},
    ],
    ids=["token", "token for the time", "limit of AWS", "unknown retention"],
)
def test_workload_is_skipped_if_a_value_is_unknown_or_impossible(changes: dict[str, Any]) -> None:
    found, skipped = reported({"source": SOURCE, "workload": LAUNCH, **changes})
    assert (found, skipped) == ({}, set(RULES))


def test_findings_about_the_workload_can_be_suppressed() -> None:
    reasons = {"QL501": "a launch can wait", "QL502": "we watch launches"}
    settings = {"source": SOURCE, "workload": LAUNCH, "alarms": EARLY, "suppress": reasons}
    assert reported(settings)[0] == {}
    settings["name"] = "orders"
    worker = WorkerSettings.model_validate({**settings, "function": {"artifact": IMAGE}})
    report = worker_report("orders", worker, TODAY, read_zip=False)
    assert [each.suppression_reason for each in report.every_finding if each.rule in RULES] == list(reasons.values())
    assert not [each for each in report.findings if each.rule == "QL903"]


EXPECTED = "workers.orders.source.expected_seconds_per_record = 0.02\n"
BAD = [
    (
        "workload.rate = 5",
        "source.expected_seconds_per_record is missing, but a workload requires it. Set it, or remove workload",
    ),
    (f"{EXPECTED}workload.rate = -1", "workload.rate is -1, but must be a number of messages a second, 0 to 100,000,000"),
    (f"{EXPECTED}workload.rate = nan", "workload.rate is nan, but must be a number of messages a second, 0 to 100,000,000"),
    (f"{EXPECTED}workload.rate = '5/s'", 'workload.rate is "5/s", but must be a number of messages a second, 0 to 100,000,000'),
    (f"{EXPECTED}workload.rate = 0", "workload.rate is 0, and there is no peak. Increase it, or remove workload"),
    (
        f"{EXPECTED}workload = {{ rate = 5, peak = {{ rate = 5, seconds = 60 }} }}",
        "workload.peak.rate must be higher than workload.rate, 5. Increase it, or remove workload.peak",
    ),
    (
        f"{EXPECTED}workload = {{ rate = 5, peak = {{ rate = 9, seconds = 43_201 }} }}",
        "workload.peak.seconds is 43201, but must be a whole number of seconds, 1 to 43,200",
    ),
    (
        f"{EXPECTED}workload = {{ rate = 5, groups = 9 }}",
        "workload.groups is for FIFO queues. Remove it, or set queue.fifo to true",
    ),
    (
        f"{EXPECTED}workload = {{ rate = 5, message_bytes = 2_000_000 }}",
        "workload.message_bytes is 2000000, but must be a whole number of bytes, 1 to 1,048,576",
    ),
]


@pytest.mark.parametrize(("text", "problem"), BAD, ids=[problem.partition(",")[0] for _, problem in BAD])
def test_bad_workload_is_one_line_with_the_fix(tmp_path: Path, text: str, problem: str) -> None:
    written = re.sub(r"^workload", "workers.orders.workload", text, flags=re.MULTILINE)
    assert read(tmp_path, dev=f"{GOOD}\n{written}").problems == [f"dev: workers.orders.{problem} (config/dev.toml)"]


DEFAULT = WorkloadSettings.model_validate({"rate": 2.5, "peak": {"rate": 4, "seconds": 60}})


@pytest.mark.parametrize(
    ("rate", "peak", "until", "expected"),
    [
        (None, None, None, [(600, 2.5), (660, 4), (7_860, 2.5)]),
        (None, None, "15m", [(600, 2.5), (660, 4), (900, 2.5)]),
        ("3/s", None, None, [(3_600, 3)]),
        (None, "9/s:2m", "15m", [(600, 2.5), (720, 9), (900, 2.5)]),
    ],
)
def test_options_override_the_arrivals_of_the_workload(
    rate: str | None, peak: str | None, until: str | None, expected: list[tuple[float, float]]
) -> None:
    assert [(phase.end, phase.rate) for phase in arrivals(rate, peak, until, None, DEFAULT)] == expected


def test_capacity_uses_the_workload_of_the_settings(tmp_path: Path) -> None:
    write(tmp_path, dev=f"{GOOD}\n{EXPECTED}workers.orders.workload = {{ rate = 2, message_bytes = 300 }}\n")
    (tmp_path / "cdktf.json").write_text("{}")
    result = in_process.queuesmith("capacity", "dev", "orders", "--until", "5m", "--json", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    used = json.loads(result.stdout)["workload"]
    assert (used["phases"], used["message_bytes"]) == ([{"start": 0, "end": 300, "rate": 2}], 300)


@pytest.mark.parametrize(
    ("model", "key"), [(PeakSettings, "seconds"), (WorkloadSettings, "message_bytes"), (WorkloadSettings, "groups")]
)
def test_schema_has_the_ranges_of_the_workload(model: type[Settings], key: str) -> None:
    schema = tables()[model.__name__]["properties"][key]
    form = next(each for each in (schema, *schema.get("anyOf", ())) if each.get("type") == "integer")
    low, high = form["minimum"], form["maximum"]
    for value in (low, high):
        model.model_validate({"rate": 1, key: value})
    for value in (low - 1, high + 1):
        with pytest.raises(ValidationError):
            model.model_validate({"rate": 1, key: value})


def test_settings_without_a_workload_do_not_load_the_capacity_model() -> None:
    program = (
        "import sys; from datetime import date; from queuesmith.checks.worker_check import check_worker; "
        "from queuesmith.settings import WorkerSettings; "
        f"check_worker('w', WorkerSettings.model_validate({{'name': 'w', 'function': {{'artifact': {IMAGE}}}}}), "
        "date(2026, 11, 29)); print([each for each in sys.modules if 'capacity' in each])"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
