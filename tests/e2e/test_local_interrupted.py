"""A first `queuesmith local up` that was interrupted, that failed or that was killed leaves nothing behind."""

from __future__ import annotations

import re
import signal

from queuesmith.local.session import Session
from tests.e2e.development import Development
from tests.e2e.processes import processes_under
from tests.waiting import TIMEOUT, wait_for


def test_interrupted_first_up_leaves_nothing_running(development: Development) -> None:
    process = development.start("up")
    assert process.stderr is not None
    assert any(re.match("Setup: 4/4", line) for line in process.stderr)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)  # an impatient user's Ctrl-C
    output, errors = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, output) == (130, "")
    assert errors.endswith(
        "Interrupted: stopping everything that was started. Terraform first finishes its current operations.\n"
        "Everything that was started has been stopped.\n"
    )
    assert development.is_gone()


def test_failed_first_up_leaves_nothing_running(development: Development) -> None:
    nonsense = development.home / "nonsense.tfrc"
    nonsense.write_text("provider_installation {")
    status, output, errors = development.run("up", TF_CLI_CONFIG_FILE=str(nonsense))
    assert (status, output) == (1, "")
    assert re.search("^error: terraform init failed:$", errors, re.MULTILINE)
    assert development.is_gone()


def test_emulator_of_a_killed_first_up_stops(development: Development) -> None:
    process = development.start("up")
    assert process.stderr is not None
    assert any(re.match("Setup: 4/4", line) for line in process.stderr)
    process.kill()
    process.communicate()
    wait_for(lambda: Session.running(development.session_folder) is None, "the emulator has ended")
    status, _, errors = development.run("status")
    assert (status, errors[:26]) == (1, "No environment is running.")
    wait_for(lambda: processes_under(development.session_folder) == [], "Terraform has ended")
    assert development.run("down") == (0, "", "No environment is running.\n")
    assert development.is_gone()
