"""docs/runbook.md has one section per alarm, and each alarm links to its own."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import boto3
import botocore
import pytest
from botocore.validate import ParamValidator

from queuesmith.constructs.alarms import RUNBOOK
from queuesmith.settings.derived.alarm_specs import ALARMS
from tests.conftest import ROOT
from tests.unit.conftest import Synthesized

NO_ALARMS = {"release"}
"""Sections about events that have no alarm."""
PAGE = (ROOT / RUNBOOK).read_text()
EVERY_ALARM: dict[str, Any] = {
    "queue": {"fair": True},
    "function": {"reserved_concurrency": 5},
    "source": {"metrics": True},
    "alarms": {"queue_wait": 60, "no_messages": 3_600, "failed_messages": 20, "memory": 90},
}
SECTIONS = re.findall(r'<a id="([a-z-]+)"></a>\n\n## ([a-z-]+): ', PAGE)


def test_each_section_has_an_anchor_and_its_three_parts() -> None:
    assert all(anchor == heading for anchor, heading in SECTIONS)
    parts = re.split(r"\n## ", PAGE)[1:]
    assert len(parts) == len(SECTIONS)
    assert all("**Meaning.**" in part and "**Look at**" in part for part in parts)
    assert all("**Do.**" in part or "**do**" in part or part.startswith("page:") for part in parts)


def test_each_alarm_has_a_section(synthesized: Synthesized) -> None:
    stack = synthesized(**EVERY_ALARM)["resource"]
    alarms = [*stack["aws_cloudwatch_metric_alarm"].values(), *stack["aws_cloudwatch_composite_alarm"].values()]
    named = {alarm["alarm_description"].rsplit(f" Runbook: {RUNBOOK}#", 1)[1] for alarm in alarms}
    assert named == {anchor for anchor, _ in SECTIONS} - NO_ALARMS
    assert named - {"page"} == {spec.id for spec in ALARMS}


def test_alarms_link_to_the_runbook_url(synthesized: Synthesized) -> None:
    page = "https://wiki.example/runbook"
    stack = synthesized(**EVERY_ALARM, runbook_url=page)["resource"]
    alarms = [*stack["aws_cloudwatch_metric_alarm"].values(), *stack["aws_cloudwatch_composite_alarm"].values()]
    linked = {alarm["alarm_description"].rsplit(f" Runbook: {page}#", 1)[1] for alarm in alarms}
    assert linked == {anchor for anchor, _ in SECTIONS} - NO_ALARMS
    assert all(len(alarm["alarm_description"]) + 500 < 1_024 for alarm in alarms)  # AWS's limit, with room for the longest URL


def test_links_within_the_page_are_valid() -> None:
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^### (.+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([a-z-]+)\)", PAGE)) <= {anchor for anchor, _ in SECTIONS} | headings


COMMANDS = re.findall(r"^    aws cloudwatch ([a-z-]+)(.*?)(?:  #.*)?$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("command", "options"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_aws_accepts_the_parameters_of_commands(command: str, options: str) -> None:
    """The options of the AWS CLI are the API's parameters."""
    client = boto3.client("cloudwatch", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    operation = client.meta.method_to_api_mapping[command.replace("-", "_")]
    shape = client.meta.service_model.operation_model(operation).input_shape
    names = {f"--{botocore.xform_name(name, '-')}": name for name in shape.members}
    words = shlex.split(options)
    given: dict[str, Any] = {
        names[option]: json.loads(value) if value.startswith("{") else value
        for option, value in zip(words[::2], words[1::2], strict=True)
    }
    report = ParamValidator().validate(given, shape)
    assert not report.has_errors(), report.generate_report()
    muted = given.get("MuteTargets", {}).get("AlarmNames", [])
    assert {name.removeprefix("prod-orders-") for name in muted} <= {anchor for anchor, _ in SECTIONS}


def test_the_page_has_commands() -> None:
    assert {command for command, _ in COMMANDS} == {"put-alarm-mute-rule", "delete-alarm-mute-rule"}
