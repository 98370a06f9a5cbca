"""`queuesmith local` as a developer uses it: up, a change, up again, status, down."""

from __future__ import annotations

import json
import re
import signal
from typing import Any

from queuesmith.local.session import Session
from tests.e2e.development import HANDLER, Development
from tests.waiting import TIMEOUT


def test_environment_is_started_changed_and_stopped(development: Development) -> None:
    _first_up(development)
    _each_worker_runs_its_own_code_and_has_what_it_names(development)
    _a_second_up_applies_what_has_changed_and_no_more(development)
    development.send("dev-mail", "two")
    development.writes("dev-mail", "second handler: two value-on-the-emulator value-on-the-emulator")
    _what_is_refused_leaves_it_up(development)
    _an_interrupted_second_up_leaves_it_up(development)
    _status_says_what_is_up(development)
    session = development.session
    assert development.run("down") == (0, "", f"Stopped {session.url}.\n")
    assert development.is_gone()
    assert development.run("down") == (0, "", "No environment is running.\n")


def _first_up(development: Development) -> None:
    status, output, errors = development.run("up")
    assert status == 0, errors
    folder = development.session_folder
    session = development.session
    assert output == (
        f"export AWS_ENDPOINT_URL={session.url}\n"
        f"export AWS_CA_BUNDLE={folder}/emulator/ca.pem\n"
        f"export AWS_ACCESS_KEY_ID={session.access_key_id}\n"
        f"export AWS_SECRET_ACCESS_KEY={session.secret_access_key}\n"
        "export AWS_DEFAULT_REGION=eu-central-1\n"
    )
    _its_keys_are_in_one_file_that_is_for_its_owner_only(development)
    assert len(errors.splitlines()) == len(set(errors.splitlines()))
    assert errors.endswith(
        "Created because it was missing: topic shop\n"
        "Created because it was missing: event bus shop\n"
        "Created because it was missing: queue theirs\n"
        'Created because it was missing: secret shop/smtp, with the value "value-on-the-emulator"\n'
        'Created because it was missing: parameter /shop/limit, with the value "value-on-the-emulator"\n'
        f"dev is running. Its Terraform folder: {folder}/stack\n"
        "Next:\n"
        f'  eval "$(queuesmith local status --folder {folder} --exports)"\n'
        "  queuesmith status dev\n"
        "  queuesmith send dev orders --body TEXT    # or mail, reports\n"
        f"  queuesmith local down --folder {folder}\n"
    )


def _its_keys_are_in_one_file_that_is_for_its_owner_only(development: Development) -> None:
    key = development.session.access_key_id.encode()
    files = (path for path in development.session_folder.rglob("*") if path.is_file() and not path.is_symlink())
    (file,) = (path for path in files if key in path.read_bytes())
    assert (file.name, file.stat().st_mode & 0o777) == ("session.json", 0o600)


def _each_worker_runs_its_own_code_and_has_what_it_names(development: Development) -> None:
    development.send("dev-mail", "one")
    development.send("theirs", "figures")
    topic = "arn:aws:sns:eu-central-1:000000000000:shop"
    development.client("sns").publish(TopicArn=topic, Message="from the topic")
    event = {"Source": "shop", "DetailType": "placed", "Detail": '{"from": "the bus"}', "EventBusName": "shop"}
    development.client("events").put_events(Entries=[event])
    session = development.session
    development.writes("dev-mail", f"first handler: one value-on-the-emulator value-on-the-emulator {session.url}/000000000000")
    development.writes("dev-mail", "first handler: from the topic value-on-the-emulator value-on-the-emulator")
    development.writes("dev-mail", "the bus")
    development.writes("dev-reports", "reported: figures")


def _a_second_up_applies_what_has_changed_and_no_more(development: Development) -> None:
    before = development.session
    development.change("memory = 128", "memory = 192")
    development.handler.write_text(HANDLER.replace("first", "second"))
    status, output, errors = development.run("up", "--json")
    assert status == 0, errors
    shown = json.loads(output)
    changed = sorted(shown["changed"])
    of_both = ["aws_lambda_function.mail_function", "aws_lambda_function.reports_function"]  # they share their code
    assert [address.rpartition("_")[0] for address in changed] == of_both
    assert sorted(re.findall("Changed: (.*)", errors)) == changed
    assert (shown["version"], shown["started"], shown["prerequisites"]) == (2, False, [])
    assert development.session == before
    configuration = development.client("lambda").get_function_configuration(FunctionName="dev-mail")
    assert configuration["MemorySize"] == 192


def _what_is_refused_leaves_it_up(development: Development) -> None:
    folder = development.session_folder
    assert development.run("up", "prod") == (
        2,
        "",
        f"error: dev is already running in {folder}. Stop it (queuesmith local down --folder {folder}), or start "
        "prod in another folder (--folder)\n",
    )
    development.change("memory = 192", "memory = 1")
    status, output, errors = development.run("up")
    assert (status, output) == (1, "")
    assert "error: dev: mail: function.memory is 1 MB" in errors
    development.change("memory = 1", "memory = 192")
    assert Session.running(folder) is not None


def _an_interrupted_second_up_leaves_it_up(development: Development) -> None:
    session = development.session
    process = development.start("up")
    assert process.stderr is not None
    assert any(line.startswith("Applied: 0 ") for line in process.stderr)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, output) == (130, "")
    assert errors == (
        "Interrupted. Terraform first finishes its current operations.\n"
        f"dev is still running at {session.url}.\n"
    )  # fmt: skip


def _status_says_what_is_up(development: Development) -> None:
    folder = development.session_folder
    session = development.session
    exports = "".join(f"export {name}={value}\n" for name, value in session.exports.items())
    assert development.run("status", "--exports") == (0, exports, "")
    status, output, errors = development.run("status", "--json")
    empty = {"visible": 0, "in_flight": 0, "delayed": 0}
    queues: dict[str, dict[str, Any]] = {
        name: {
            "worker": name,
            "queue_url": f"{session.url}/000000000000/dev-{name}",
            "queue": empty,
            "dead_letter_queue_url": f"{session.url}/000000000000/dev-{name}-dlq",
            "dead_letter_queue": empty,
        }
        for name in ("orders", "mail")
    }
    theirs = {"worker": "reports", "queue_url": f"{session.url}/000000000000/theirs", "queue": empty}
    queues["reports"] = {**theirs, "dead_letter_queue_url": None, "dead_letter_queue": None}
    assert (status, errors) == (0, "")
    assert json.loads(output) == {
        "version": 2,
        "running": True,
        "environment": "dev",
        "region": "eu-central-1",
        "url": session.url,
        "ca_bundle": str(folder / "emulator" / "ca.pem"),
        "folder": str(folder),
        "exports": session.exports,
        "workers": [queues["orders"], queues["mail"], queues["reports"]],
    }
    _, output, _ = development.run("status")
    lines = [line.split() for line in output.splitlines()]
    assert output.startswith(f"dev at {session.url}, in {folder}\n")
    assert lines[2] == ["orders", "0", "0", "0", "0", f"{session.url}/000000000000/dev-orders"]
