"""docs/guide/import-a-queue.md: a queue as Lift and terraform-aws-modules create it is imported, and is not replaced."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from queuesmith.local.session import Session
from queuesmith.local.terraform_cli.program import find_program
from queuesmith.local.terraform_cli.provider_mirror import provider_environment
from tests.conftest import CACHE, FAKE_PACKAGE, ROOT, Project

GUIDE = ROOT / "examples" / "guide"
NAME = "shop-prod-jobs"


def create_live_queue(sqs: Any) -> list[str]:
    """A queue with 20 messages, and its DLQ. Returns their URLs."""
    dlq = sqs.create_queue(QueueName=f"{NAME}-dlq", Attributes={"MessageRetentionPeriod": "1209600"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dlq, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    attributes = {"VisibilityTimeout": "36", "RedrivePolicy": redrive}  # Lift's defaults
    queue = sqs.create_queue(QueueName=NAME, Attributes=attributes, tags={"STAGE": "prod"})["QueueUrl"]
    for number in range(20):
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"number": number}))
    return [queue, dlq]


def test_plan_imports_a_live_queue_and_replaces_nothing(tmp_path: Path, short_folder: Path) -> None:
    """Only the plan, because the provider waits 25 s for each queue that it changes."""
    project = Project(tmp_path / "a project", GUIDE)
    (project.folder / ".local").symlink_to(ROOT / ".local")
    (project.folder / "build" / "jobs.zip").write_bytes(FAKE_PACKAGE)
    folder = short_folder / "session"

    def local(*arguments: str) -> str:
        command = [sys.executable, "-m", "queuesmith", "local", *arguments, "--folder", str(folder)]
        return subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=True).stdout

    local("up", "import", "--no-apply")
    try:
        session = json.loads((folder / "session.json").read_text())
        sqs = Session(**session).endpoint.client("sqs", session["region"])
        live = create_live_queue(sqs)
        assert project.run("import").returncode == 0
        blocks = (GUIDE / "import.tf").read_text()
        for url in live:
            documented = f'"https://sqs.eu-central-1.amazonaws.com/111111111111/{url.rpartition("/")[2]}"'
            assert blocks.count(documented) == 1
            blocks = blocks.replace(documented, f'"{url}"')
        stack = project.output / "stacks" / "import"
        (stack / "import.tf").write_text(blocks)
        variables = provider_environment(find_program(), CACHE) | json.loads(local("status", "--json"))["exports"]

        def terraform(*arguments: str) -> str:
            command = [*find_program().command, *arguments]
            return subprocess.run(command, cwd=stack, env=variables, capture_output=True, text=True, check=True).stdout

        terraform("init", "-input=false")
        terraform("plan", "-input=false", "-out=tfplan")
        changes = [each["change"] for each in json.loads(terraform("show", "-json", "tfplan"))["resource_changes"]]
        imported = {each["importing"]["id"]: each["actions"] for each in changes if "importing" in each}
        assert imported == {url: ["update"] for url in live}
        assert {action for each in changes for action in each["actions"]} <= {"create", "update", "read"}
        attributes = sqs.get_queue_attributes(QueueUrl=live[0], AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
        assert attributes == {"ApproximateNumberOfMessages": "20"}
    finally:
        local("down")
