"""`dlq drop` is killed in the middle of its deletions: each message is in its file or in the DLQ."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT
from tests.faults.lane import Lane
from tests.faults.proxy import FORWARD, LOSE_REPLY, Decision, FaultProxy
from tests.faults.run import MESSAGES, Run, proves
from tests.faults.world import REGION

KILLED_AT = 10
"""The deletion, of ten messages each, during which the process is killed."""
TYPICAL_SCRIPT = """
import json, sys
import boto3

sqs, (url, path) = boto3.client("sqs"), sys.argv[1:]
messages = []
while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
    messages += received
    entries = [{"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(received)]
    sqs.delete_message_batch(QueueUrl=url, Entries=entries)
with open(path, "w") as file:
    file.writelines(json.dumps({"MessageBody": each["Body"]}) + "\\n" for each in messages)
"""


def our_command(run: Run, file: Path) -> list[str]:
    """`queuesmith dlq drop` for all messages."""
    selection = ["--dlq", run.lane.dlq.name, "--limit", str(MESSAGES), "--yes", str(MESSAGES)]
    return ["-m", "queuesmith", "dlq", "drop", *selection, "--export", str(file)]


def deletes_before_the_file_is_written(run: Run, file: Path) -> list[str]:
    """A script that deletes batch after batch, and writes the file at the end."""
    return ["-c", TYPICAL_SCRIPT, run.lane.dlq_url, str(file)]


def killed(command: list[str], run: Run) -> None:
    """Run a command until it is killed while SQS deletes messages."""
    deletions = itertools.count(1)

    def decide(operation: str, _: object) -> Decision:
        if operation == "DeleteMessageBatch" and next(deletions) == KILLED_AT:
            process.kill()
            return LOSE_REPLY
        return FORWARD

    key, secret = run.lane.world.root
    variables = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_DEFAULT_REGION": REGION, "PATH": "/usr/bin"}
    with FaultProxy(run.lane.world.endpoint, decide) as proxy:
        variables |= {"AWS_ENDPOINT_URL": proxy.url, "NO_PROXY": "127.0.0.1"}
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=variables)
        assert process.wait(300) == -9


def test_drop_that_is_killed_loses_nothing(standard: Lane, tmp_path: Path) -> None:
    """What is in the file or in the DLQ afterwards is sent to the worker, as an operator would. The rest would be lost."""

    def drop_with(command_of: Callable[[Run, Path], list[str]]) -> Callable[[Run], None]:
        def inject(run: Run) -> None:
            run.send(run.orders(MESSAGES), to=run.lane.dlq_url)
            file = tmp_path / f"{run.prefix}.jsonl"
            killed(command_of(run, file), run)
            lines = file.read_text().splitlines() if file.exists() else []
            left = run.lane.world.messages(run.lane.dlq_url)
            assert len(left) == MESSAGES - KILLED_AT * 10
            run.lane.sqs.purge_queue(QueueUrl=run.lane.dlq_url)
            run.lane.enable()
            run.send({*left, *(json.loads(line)["MessageBody"] for line in lines)})

        return inject

    proves(
        standard,
        "`dlq drop` killed during a deletion",
        drop_with(our_command),
        control=drop_with(deletes_before_the_file_is_written),
        broken=deletes_before_the_file_is_written.__name__,
        shown="lost",
    )
