"""Rate and cron expressions: what EventBridge's user guide allows passes, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.settings.schedule_expressions import what_it_must_be
from tests.unit.settings_files import GOOD, read


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 hour)",
        "rate(11 days)",
        "cron(0 12 * * ? *)",
        "cron(*/5 * * * ? *)",
        "cron(0/15 8-17 ? * MON-FRI *)",
        "cron(0/15 8,9-11 L * ? 2027-2030)",
        "cron(15 10 ? * 6L *)",
        "cron(0 9 ? * FRIL *)",
        "cron(0 9 ? * tue#1 *)",
        "cron(0 9 3W jan-MAR ? *)",
        "cron(0 9 LW * ? *)",
        "cron(0 9 ? * L *)",
        "at(2027-01-31T08:00:00)",
    ],
)
def test_valid_expression_passes(expression: str) -> None:
    assert what_it_must_be(expression) is None


@pytest.mark.parametrize(
    ("expression", "must_be"),
    [
        ("rate(5 minute)", '"rate(5 minutes)"'),
        ("rate(1 days)", '"rate(1 day)"'),
        ("cron(0 8 1 * MON *)", '"cron(0 8 ? * MON *)"'),
        ("cron(0 8 * * * *)", '"cron(0 8 * * ? *)"'),
        ("cron(0 8 ? * ? *)", '"cron(0 8 * * ? *)"'),
        ("cron(0 9 ? * 0 *)", 'a day of week from 1 to 7 or SUN to SAT (not "0")'),
        ("cron(0 9 ? * MON#6 *)", '(not "MON#6")'),
        ("cron(0 9 32W * ? *)", 'a day of month from 1 to 31 (not "32W")'),
        ("cron(0 9 1,, * ? *)", '(not "1,,")'),
        ("cron(0 9 1 13 ? *)", 'a month from 1 to 12 or JAN to DEC (not "13")'),
        ("cron(0 9 1 ? MON *)", '(not "?")'),
        ("cron(0/0 9 1 * ? *)", 'minutes from 0 to 59 (not "0/0")'),
        ("cron(0 L 1 * ? *)", 'hours from 0 to 23 (not "L")'),
        ("cron(0 9 ? * MON 1969)", 'a year from 1970 to 2199 (not "1969")'),
    ],
)
def test_invalid_expression_names_the_rule(expression: str, must_be: str) -> None:
    assert must_be in str(what_it_must_be(expression))


@pytest.mark.parametrize("schedule", ["cron(0 7 * * MON-FRI *)", "rate(1 minutes)", "at(2027-01-31T08:00:00)", "daily"])
def test_rules_have_the_same_check_but_cannot_run_once(tmp_path: Path, schedule: str) -> None:
    (problem,) = read(tmp_path, dev=f'{GOOD}\nworkers.orders.producers.rules.night.schedule = "{schedule}"').problems
    assert f'producers.rules.night.schedule is "{schedule}", but must be ' in problem
    assert "at(2027" not in problem.partition("but must be")[2]
