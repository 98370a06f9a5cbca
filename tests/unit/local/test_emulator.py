"""The emulator's environment, the alarms that it stores, and its shutdown."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.local import emulator
from queuesmith.local.emulator_patches import from_query, to_xml
from queuesmith.local.python_environments import environment_python


def test_missing_environment_error_says_how_to_create_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Create it: python3 tools/setup.py alarms"):
        environment_python(tmp_path, "alarms")


def test_alarm_is_described_as_it_was_created() -> None:
    query = {
        "AlarmName": ["a < b"],
        "Metrics.member.1.Id": ["m"],
        "Metrics.member.1.ReturnData": ["false"],
        "Metrics.member.2.MetricStat.Period": ["60"],
        "Dimensions.member.1.Name": ["QueueName"],
    }
    alarm = from_query(query)
    assert alarm == {
        "AlarmName": "a < b",
        "Metrics": [{"Id": "m", "ReturnData": False}, {"MetricStat": {"Period": 60}}],
        "Dimensions": [{"Name": "QueueName"}],
    }
    assert to_xml({**alarm, "Unit": None, "StateUpdatedTimestamp": 1}) == (
        "<AlarmName>a &lt; b</AlarmName>"
        "<Metrics><member><Id>m</Id><ReturnData>false</ReturnData></member>"
        "<member><MetricStat><Period>60</Period></MetricStat></member></Metrics>"
        "<Dimensions><member><Name>QueueName</Name></member></Dimensions>"
    )


def test_process_that_ignores_sigterm_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "KILL_AFTER", 0.3)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", stubborn], start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    emulator.stop_process_group(process.pid)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    process.stdout.close()
    process.wait()
