"""The overview of the workers, rendered from their status."""

from __future__ import annotations

import re

import pytest

from queuesmith.console.views import render
from queuesmith.operations import WorkerStatus
from queuesmith.readers.deployed.current_state import AlarmState


@pytest.mark.parametrize(
    ("states", "unknown", "shown"),
    [
        ((), (), "none"),
        ((), ("alarms",), "not readable"),
        (("INSUFFICIENT_DATA", "INSUFFICIENT_DATA"), (), "INSUFFICIENT_DATA"),
        (("OK", "INSUFFICIENT_DATA"), (), "OK, 1 without data"),
        (("OK", "OK"), (), "OK"),
        (("OK", "ALARM"), (), "1 alarm"),
    ],
)
def test_alarms_without_data_are_not_shown_as_ok(states: tuple[str, ...], unknown: tuple[str, ...], shown: str) -> None:
    alarms = [AlarmState(f"alarm-{number}", state, "", "") for number, state in enumerate(states)]
    status = WorkerStatus("dev", "orders", None, None, None, None, alarms, [], [], list(unknown))
    cell = re.search(r'<td data-label="Alarms">(.*?)</td>', render("overview.html", statuses=[status]), re.DOTALL)
    assert cell is not None
    assert re.sub("<[^>]+>", "", cell[1]).strip() == shown
