"""Input with typical mistakes: a clear error, the documented exit status, no traceback, no partial output.

Runs in this process, with the commands a user would run. `test_fuzzing.py` finds inputs that these strategies do not generate.
"""

from __future__ import annotations

import copy
import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import in_process
from tests.conftest import ROOT, SAMPLE, Project
from tests.plans import generated_plan
from tests.unit.terraform_reading.two_plans import first_plan, second_plan

EXAMPLES = 150
LONGEST = 120.0
"""Seconds for one example: far more than any takes, and far less than a hang."""
MANY = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
TOML = [path.read_text() for path in [*SAMPLE.glob("*.toml"), *(ROOT / "tests" / "environments").glob("*.toml")]]
SNIPPETS = st.sampled_from(
    ["[", "]]", "= ", '"', "'''", "\n[workers]\n", "true", "-1", "1e400", "nan", "9" * 400, "{}", "[workers.orders.queue]\n",
     "\x00", "\ufeff", "é", "a.b.c = 1\n", 'type = "s3"\n', "#", "\t", "0x10", "1979-05-27T07:32:00Z", "workers = 1\n"]
)  # fmt: skip
PLANS = [first_plan(), second_plan(), generated_plan(1)]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def settings_files(draw: st.DrawFn) -> bytes:
    """A settings file with a part deleted, duplicated or overwritten."""
    text = draw(st.sampled_from(TOML))
    for _ in range(draw(st.integers(1, 4))):
        at, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        what = draw(st.sampled_from(("cut", "insert", "insert", "twice", "over")))
        snippet = draw(SNIPPETS)
        end = min(end, at + 40)
        middle = {"cut": "", "insert": snippet + text[at:end], "twice": text[at:end] * 2, "over": snippet}[what]
        text = text[:at] + middle + text[end:]
    return text.encode("utf-8", "surrogatepass") if draw(st.integers(0, 9)) else draw(st.binary(max_size=60))


@st.composite
def plan_files(draw: st.DrawFn) -> bytes:
    """A plan with other values in some places, a truncated plan, or no plan at all."""
    content = copy.deepcopy(draw(st.sampled_from(PLANS)))
    for _ in range(draw(st.integers(1, 4))):
        here: Any = content
        while isinstance(here, (dict, list)) and here:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            key = draw(st.sampled_from(keys))
            if draw(st.integers(0, 3)) == 0 or not isinstance(here[key], (dict, list)):
                here[key] = draw(JUNK)
                break
            here = here[key]
    data = json.dumps(content).encode()
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 3)) == 0 else data


tried: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def _counted(results: Path | None) -> Iterator[None]:
    yield
    if results is not None:
        lines = [{"what": f"{what}, with random mistakes", "count": count, "of": "files"} for what, count in tried.items()]
        with (results / "counts-written.jsonl").open("a") as file:
            file.writelines(f"{json.dumps(line)}\n" for line in lines)


@contextmanager
def in_time(what: str) -> Iterator[None]:
    """Run one example and count it. Fails if it hangs."""

    def give_up(_number: int, _frame: object) -> NoReturn:
        pytest.fail(f"{what} took longer than {LONGEST:.0f} s")

    tried[what] += 1
    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@MANY
@given(content=settings_files())
def test_broken_settings_are_refused_with_errors(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    project = Project(tmp_path_factory.mktemp("settings") / "project")
    (project.folder / "config" / "dev.toml").write_bytes(content)
    with in_time("settings for `python main.py --check`"):
        done = project.run("dev", "--check")
    assert done.returncode in {0, 2}, done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode == 2:
        assert "error: " in done.stderr


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(content=settings_files())
def test_refused_synth_leaves_the_output_unchanged(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In a separate process, because it starts Node."""
    project = Project(tmp_path_factory.mktemp("synth") / "project")
    (project.output / "stacks" / "dev").mkdir(parents=True)
    (project.output / "stacks" / "dev" / "cdk.tf.json").write_text('{"before": true}')
    (project.folder / "config" / "dev.toml").write_bytes(content)
    with in_time("settings for `python main.py`"):
        done = project.start("dev")
    assert done.returncode in {0, 2}, done.stderr
    assert "Traceback" not in done.stderr
    written = {name: json.loads(text) for name, text in project.snapshot().items() if name.endswith("cdk.tf.json")}
    assert list(written) == ["stacks/dev/cdk.tf.json"]
    assert ("before" in written["stacks/dev/cdk.tf.json"]) == (done.returncode == 2)


@MANY
@given(content=plan_files())
def test_damaged_plans_are_checked_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("plan")
    (folder / "plan.json").write_bytes(content)
    variables = {"PATH": os.environ["PATH"], "COLUMNS": "120"}
    with in_time("plans for `queuesmith check`"):
        done = in_process.queuesmith("check", "plan.json", folder=folder, variables=variables)
    assert done.returncode in {0, 1, 2}, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert (done.returncode == 2) == ("rror: " in done.stderr), done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["plan.json"]
