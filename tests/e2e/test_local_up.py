"""`queuesmith local` as a developer uses it: up, a change, up again, status, down; and what is left of one that was ended."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from queuesmith.local.session import Session
from queuesmith.packaging import CACHE
from tests.conftest import ROOT, Project
from tests.e2e.test_demo import processes_under
from tests.waiting import wait_for

PATIENCE = 30.0
"""Seconds until a message has been worked."""
MAIL = """
[workers.mail]
secrets.smtp = { name = "shop/smtp", variable = "SMTP_SECRET" }
parameters.limit = { name = "/shop/limit", variable = "LIMIT_PARAMETER" }
queues.orders = { arn = "arn:aws:sqs:eu-central-1:111111111111:dev-orders", variable = "ORDERS_QUEUE" }

[workers.mail.function]
source = "workers/mail"
artifact.zip = "build/mail.zip"
memory = 128

[workers.mail.producers]
topics.shop = { arn = "arn:aws:sns:eu-central-1:111111111111:shop" }
rules.placed = { pattern = { source = ["shop"] }, event_bus = "shop" }

[workers.reports]
existing_queue = { arn = "arn:aws:sqs:eu-central-1:111111111111:theirs", visibility_timeout = 180 }

[workers.reports.function]
source = "workers/mail"
handler = "main.report"
artifact.zip = "build/mail.zip"
"""
HANDLER = """
import os
import boto3

def lambda_handler(event, context):
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SMTP_SECRET"])["SecretString"]
    limit = boto3.client("ssm").get_parameter(Name=os.environ["LIMIT_PARAMETER"])["Parameter"]["Value"]
    for record in event["Records"]:
        print("first handler:", record["body"], secret, limit, os.environ["ORDERS_QUEUE"].rpartition("/")[0])

def report(event, context):
    print("reported:", *(record["body"] for record in event["Records"]))
"""


class Development:
    """A project with a second worker of its own source, and the commands in it. All that they write is under its folder."""

    def __init__(self, folder: Path) -> None:
        self.project = Project(folder / "project")
        self.home, self.session_folder = self.project.folder, folder / "up"
        shutil.copytree(ROOT / "handlers", self.home / "handlers", ignore=shutil.ignore_patterns("__pycache__"))
        (self.home / CACHE).symlink_to(ROOT / CACHE)
        (self.home / "workers" / "mail").mkdir(parents=True)
        (self.home / "workers" / "mail" / "requirements.txt").touch()
        self.started: list[subprocess.Popen[str]] = []
        self.handler = self.home / "workers" / "mail" / "main.py"
        self.handler.write_text(HANDLER)
        self.project.add("dev.toml", MAIL)

    def change(self, before: str, after: str) -> None:
        """Replace something in config/dev.toml."""
        path = self.home / "config" / "dev.toml"
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after))

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "queuesmith", "local", *arguments, "--folder", str(self.session_folder)],
            cwd=self.home,
            env={**os.environ, "AWS_PROFILE": "none-of-yours", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *arguments: str, **variables: str) -> tuple[int, str, str]:
        """Exit status, stdout and stderr."""
        process = self.start(*arguments, **variables)
        output, errors = process.communicate()
        return process.returncode, output, errors

    def client(self, service: str) -> Any:
        session = Session.load(self.session_folder)
        assert session is not None
        make_client: Any = boto3.client
        return make_client(service, **session.endpoint.client_arguments(session.region))

    def send(self, queue: str, body: str) -> None:
        url = self.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
        self.client("sqs").send_message(QueueUrl=url, MessageBody=body)

    def writes(self, function: str, text: str) -> None:
        """Wait until a function has written a text."""
        logs = self.client("logs")

        def written() -> bool:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
            return any(text in event["message"] for event in events)

        wait_for(written, f"{function} writes {text}", PATIENCE)

    def is_gone(self) -> bool:
        return not self.session_folder.exists() and processes_under(self.session_folder) == []


@pytest.fixture
def development() -> Iterator[Development]:
    """Short: a Unix socket of Terraform's provider is made under it, and its path must not exceed some 100 characters."""
    with tempfile.TemporaryDirectory(prefix="qs-") as path:
        development = Development(Path(path))
        try:
            yield development
        finally:
            for process in development.started:
                if process.poll() is None:  # a test has failed
                    process.terminate()
                    process.communicate()
            development.run("down")


def test_an_environment_is_brought_up_changed_and_taken_down(development: Development) -> None:
    _first_up(development)
    _each_worker_runs_its_own_code_and_has_what_it_names(development)
    _a_second_up_applies_what_has_changed_and_no_more(development)
    development.send("dev-mail", "two")
    development.writes("dev-mail", "second handler: two local local")
    _what_is_refused_leaves_it_up(development)
    _an_interrupted_second_up_leaves_it_up(development)
    _status_says_what_is_up(development)
    session = Session.load(development.session_folder)
    assert session is not None
    assert development.run("down") == (0, "", f"Stopped {session.url}.\n")
    assert development.is_gone()
    assert development.run("down") == (0, "", "Nothing is running.\n")


def _first_up(development: Development) -> None:
    status, output, errors = development.run("up")
    assert status == 0, errors
    folder = development.session_folder
    session = Session.load(folder)
    assert session is not None
    assert output == (
        f"export AWS_ENDPOINT_URL={session.url}\n"
        f"export AWS_CA_BUNDLE={folder}/emulator/ca.pem\n"
        "export AWS_ACCESS_KEY_ID=test\n"
        "export AWS_SECRET_ACCESS_KEY=test\n"
        "export AWS_DEFAULT_REGION=eu-central-1\n"
    )
    assert len(errors.splitlines()) == len(set(errors.splitlines()))
    assert errors.endswith(
        "Made, because it was not there: topic shop\n"
        "Made, because it was not there: event bus shop\n"
        "Made, because it was not there: queue theirs\n"
        'Made, because it was not there: secret shop/smtp, with the value "local"\n'
        'Made, because it was not there: parameter /shop/limit, with the value "local"\n'
        f"dev is up. Its Terraform folder: {folder}/stack\n"
        "Next:\n"
        f'  eval "$(queuesmith local status --folder {folder} --exports)"\n'
        "  queuesmith status dev\n"
        "  queuesmith send dev orders --body TEXT\n"
        f"  queuesmith local down --folder {folder}\n"
    )


def _each_worker_runs_its_own_code_and_has_what_it_names(development: Development) -> None:
    development.send("dev-mail", "one")
    development.send("theirs", "figures")
    topic = "arn:aws:sns:eu-central-1:000000000000:shop"
    development.client("sns").publish(TopicArn=topic, Message="from the topic")
    event = {"Source": "shop", "DetailType": "placed", "Detail": '{"from": "the bus"}', "EventBusName": "shop"}
    development.client("events").put_events(Entries=[event])
    session = Session.load(development.session_folder)
    assert session is not None
    development.writes("dev-mail", f"first handler: one local local {session.url}/000000000000")
    development.writes("dev-mail", "first handler: from the topic local local")
    development.writes("dev-mail", "the bus")
    development.writes("dev-reports", "reported: figures")


def _a_second_up_applies_what_has_changed_and_no_more(development: Development) -> None:
    before = Session.load(development.session_folder)
    development.change("memory = 128", "memory = 192")
    development.handler.write_text(HANDLER.replace("first", "second"))
    status, output, errors = development.run("up", "--json")
    assert status == 0, errors
    shown = json.loads(output)
    changed = sorted(shown["changed"])
    of_both = ["aws_lambda_function.mail_function", "aws_lambda_function.reports_function"]  # their source is the same
    assert [address.rpartition("_")[0] for address in changed] == of_both
    assert sorted(re.findall("Changed: (.*)", errors)) == changed
    assert (shown["version"], shown["started"], shown["made"]) == (1, False, [])
    assert Session.load(development.session_folder) == before
    configuration = development.client("lambda").get_function_configuration(FunctionName="dev-mail")
    assert configuration["MemorySize"] == 192


def _what_is_refused_leaves_it_up(development: Development) -> None:
    folder = development.session_folder
    assert development.run("up", "prod") == (
        2,
        "",
        f"error: dev is up in {folder}, so prod cannot be. Stop it (queuesmith local down), or bring prod up in a folder of "
        "its own (--folder)\n",
    )
    development.change("memory = 192", "memory = 1")
    status, output, errors = development.run("up")
    assert (status, output) == (1, "")
    assert "error: dev: mail: function.memory is 1 MB" in errors
    development.change("memory = 1", "memory = 192")
    assert Session.running(folder) is not None


def _an_interrupted_second_up_leaves_it_up(development: Development) -> None:
    session = Session.load(development.session_folder)
    assert session is not None
    process = development.start("up")
    assert process.stderr is not None
    assert any(line.startswith("Applied: 0 ") for line in process.stderr)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, "")
    assert errors == (
        "Interrupted. Terraform first ends what it has begun.\n"
        f"dev is still running, at {session.url}.\n"
    )  # fmt: skip


def _status_says_what_is_up(development: Development) -> None:
    folder = development.session_folder
    session = Session.load(folder)
    assert session is not None
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
        "version": 1,
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


def test_an_interrupted_first_up_leaves_nothing(development: Development) -> None:
    process = development.start("up")
    assert process.stderr is not None
    assert any(re.match("Set-up: 4/4", line) for line in process.stderr)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)  # an impatient person's Ctrl-C
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, "")
    assert errors.endswith(
        "Interrupted: stopping what was started. Terraform first ends what it has begun.\n"
        "Everything that was started is stopped.\n"
    )
    assert development.is_gone()


def test_a_first_up_that_fails_leaves_nothing(development: Development) -> None:
    nonsense = development.home / "nonsense.tfrc"
    nonsense.write_text("provider_installation {")
    status, output, errors = development.run("up", TF_CLI_CONFIG_FILE=str(nonsense))
    assert (status, output) == (1, "")
    assert re.search("^error: terraform init failed:$", errors, re.MULTILINE)
    assert development.is_gone()


def test_the_emulator_of_a_first_up_that_was_killed_ends_by_itself(development: Development) -> None:
    process = development.start("up")
    assert process.stderr is not None
    assert any(re.match("Set-up: 4/4", line) for line in process.stderr)
    process.kill()
    process.communicate()
    wait_for(lambda: Session.running(development.session_folder) is None, "the emulator has ended", PATIENCE)
    status, _, errors = development.run("status")
    assert (status, errors[:19]) == (1, "Nothing is running.")
    wait_for(lambda: processes_under(development.session_folder) == [], "Terraform has ended", 120)
    assert development.run("down") == (0, "", "Nothing is running.\n")
    assert development.is_gone()
