"""A developer's project, and `queuesmith local` in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from queuesmith.local.session import Session
from queuesmith.packaging.build import CACHE
from tests.conftest import ROOT, Project
from tests.e2e.processes import processes_under
from tests.waiting import wait_for

MAIL = """
[workers.mail]
secrets.smtp = { name = "shop/smtp", variable = "SMTP_SECRET" }
parameters.limit = { name = "/shop/limit", variable = "LIMIT_PARAMETER" }
queues.orders = { arn = "arn:aws:sqs:eu-central-1:111111111111:dev-orders", variable = "ORDERS_QUEUE" }

[workers.mail.function]
code = "workers/mail"
artifact.zip = "build/mail.zip"
memory = 128

[workers.mail.producers]
topics.shop = { arn = "arn:aws:sns:eu-central-1:111111111111:shop" }
rules.placed = { pattern = { source = ["shop"] }, event_bus = "shop" }

[workers.reports]
existing_queue = { arn = "arn:aws:sqs:eu-central-1:111111111111:theirs", visibility_timeout = 180 }

[workers.reports.function]
code = "workers/mail"
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


def with_handlers(project: Project) -> Project:
    """Add the sample's handlers, the dependencies that were downloaded for their package, and the installed emulator."""
    (project.folder / ".local").symlink_to(ROOT / ".local")
    shutil.copytree(ROOT / "handlers", project.folder / "handlers", ignore=shutil.ignore_patterns("__pycache__"))
    (ROOT / CACHE).mkdir(parents=True, exist_ok=True)  # on a new machine nothing has been packaged yet
    (project.folder / CACHE).symlink_to(ROOT / CACHE)
    return project


class Development:
    """A project with a second worker that has its own code. The commands write only under its folder."""

    def __init__(self, folder: Path) -> None:
        self.project = with_handlers(Project(folder / "project"))
        self.home, self.session_folder = self.project.folder, folder / "up"
        (self.home / "workers" / "mail").mkdir(parents=True)
        (self.home / "workers" / "mail" / "requirements.txt").touch()
        self.started: list[subprocess.Popen[str]] = []
        self.handler = self.home / "workers" / "mail" / "main.py"
        self.handler.write_text(HANDLER)
        self.project.add("dev.toml", MAIL)

    def change(self, before: str, after: str) -> None:
        """Replace text in config/dev.toml."""
        text = (self.home / "config" / "dev.toml").read_text()
        assert before in text
        self.project.write("dev.toml", text.replace(before, after))

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
        """Run `queuesmith local …` until it ends. Returns exit status, stdout and stderr."""
        process = self.start(*arguments, **variables)
        output, errors = process.communicate()
        return process.returncode, output, errors

    @property
    def session(self) -> Session:
        """The session that is up."""
        found = Session.load(self.session_folder)
        assert found is not None
        return found

    def client(self, service: str) -> Any:
        return self.session.endpoint.client(service, self.session.region)

    def send(self, queue: str, body: str) -> None:
        url = self.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
        self.client("sqs").send_message(QueueUrl=url, MessageBody=body)

    def writes(self, function: str, text: str) -> None:
        """Wait until a function has written this text to its log."""
        logs = self.client("logs")

        def written() -> bool:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
            return any(text in event["message"] for event in events)

        wait_for(written, f"{function} writes {text}")

    def is_gone(self) -> bool:
        return not self.session_folder.exists() and processes_under(self.session_folder) == []
