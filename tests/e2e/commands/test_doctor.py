"""`queuesmith doctor` on the local AWS: a worker that is well, and then one fault after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from queuesmith.aws.directory import workers
from queuesmith.doctor import doctor
from tests.conftest import Project
from tests.e2e.commands.completed import TOPIC, complete, tidy
from tests.e2e.commands.faults import (
    FAULTS,
    ROLE,
    SECRET,
    Fault,
    attribute,
    configuration,
    keep_dead_letters_shorter,
    second_mapping,
    silence,
)
from tests.e2e.commands.world import REGION, Deployed, World

DIRECTLY = ("--queue", "dev-orders", "--function", "dev-orders")


@pytest.fixture
def healthy(world: World, orders: Deployed) -> Iterator[Deployed]:
    """The worker as config/dev.toml wants it."""
    complete(world, orders)
    yield orders
    tidy(world, orders)


def found(document: Any) -> list[tuple[str, str, str]]:
    """Rule, severity and message of each finding of a JSON document."""
    return [(each["rule"], each["severity"], each["message"]) for each in document["findings"]]


def spoken(document: Any) -> list[tuple[str, str, str]]:
    """The same as a person is told it: with the address where the message does not name it."""
    messages = ("" if each["address"] in each["message"] else f"{each['address']}: " for each in document["findings"])
    return [(rule, severity, f"{where}{text}") for where, (rule, severity, text) in zip(messages, found(document), strict=True)]


def in_words(stdout: str) -> list[tuple[str, str, str]]:
    """The same of the text for a person."""
    lines = [line.strip().split(" ", 2) for line in stdout.splitlines()]
    return [(rest[0], severity, rest[1]) for severity, *rest in lines if severity in ("error", "warning")]


def names(world: World, orders: Deployed) -> dict[str, str]:
    """What only AWS can know."""
    mappings = world.client("lambda").list_event_source_mappings(EventSourceArn=orders.queue_arn)["EventSourceMappings"]
    others = [each["UUID"] for each in mappings if each["UUID"] != orders.mapping]
    queue = world.client("sqs").get_queue_attributes(QueueUrl=orders.queue, AttributeNames=["KmsMasterKeyId"])
    key = queue.get("Attributes", {}).get("KmsMasterKeyId", "")
    return {"mapping": orders.mapping, "other": "".join(others), "key": key}


def test_a_worker_that_is_as_the_settings_want_it_has_no_findings(world: World, healthy: Deployed, tmp_path: Path) -> None:
    result = world.run("doctor", "dev")
    assert (result.returncode, result.stdout, result.stderr) == (
        0,
        "1 pipeline: no findings\n",
        "Next: queuesmith status dev\n",
    )
    directly = world.json("doctor", "--queue", healthy.queue, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert (directly["findings"], directly["not_judged"]) == ([], [])
    assert directly["summary"]["pipelines"] == 1
    by_function = world.json("doctor", "--function", healthy.function, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert (by_function["findings"], by_function["not_judged"]) == ([], [])


def test_what_the_stack_would_add_is_missed_piece_by_piece(world: World, orders: Deployed) -> None:
    world.settle()
    assert [rule for rule, _, _ in found(world.json("doctor", "dev"))] == [
        "QL017", "QL018", "QL018", "QL115", "QL302", "QL303", "QL303", "QL401", "QL401",
    ]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_alone_and_with_its_number(world: World, healthy: Deployed, tmp_path: Path, fault: Fault) -> None:
    fault.plant(world, healthy)
    known = names(world, healthy)
    status = int(fault.severity == "error")
    expected = [(fault.rule, fault.severity, fault.in_project.format(**known))]
    expected += [("QL401", "warning", fault.drift)] if fault.drift else []
    document = world.json("doctor", "dev", "orders", status=status)
    assert found(document) == expected
    assert {(each["pipeline"], each["file"]) for each in document["findings"]} == {("orders", "dev")}
    result = world.run("doctor", "dev", "--fail-on", "warning")
    assert (result.returncode, in_words(result.stdout), result.stderr) == (1, spoken(document), "")
    assert result.stdout.splitlines()[-1] == f"Next: queuesmith explain {fault.rule}"

    elsewhere = world.run("doctor", *DIRECTLY, "--json", folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert elsewhere.returncode == status
    assert found(json.loads(elsewhere.stdout)) == [(fault.rule, fault.severity, fault.elsewhere.format(**known))]
    assert elsewhere.stderr == f"Next: queuesmith explain {fault.rule}\n"
    assert SECRET not in result.stdout + elsewhere.stdout + json.dumps(document)


def test_a_change_by_hand_is_found_and_what_settings_have_otherwise_is_mended_by_them(world: World, healthy: Deployed) -> None:
    configuration(MemorySize=512)(world, healthy)
    assert found(world.json("doctor", "dev")) == [("QL401", "warning", "function.memory is 256, but 512 is deployed")]
    configuration(Environment={"Variables": {"ORDERS_TABLE": "mine"}})(world, healthy)
    messages = [each["message"] for each in world.json("doctor", "dev")["findings"]]
    assert any(text.startswith("function.environment lacks: POWERTOOLS_SERVICE_NAME, WORKER_BACKOFF_BASE") for text in messages)
    assert "mine" not in "".join(messages)
    attribute("queue", VisibilityTimeout="2")(world, healthy)
    remedies = {each["rule"]: each["remedy"] for each in world.json("doctor", "dev", status=1)["findings"]}
    assert remedies == {
        "QL001": "Apply the settings again: queue.visibility_timeout is 18, but 2 is deployed",
        "QL401": "Apply the settings again, or write the change into them",
    }


@pytest.mark.parametrize("kind", ["fifo", "existing"])
def test_what_settings_leave_to_aws_or_to_an_owner_is_no_drift(world: World, tmp_path: Path, kind: str) -> None:
    parts = world.deploy(f"dev-{kind}", kind, fifo=kind == "fifo")
    attribute("queue", **({} if kind == "fifo" else {"ReceiveMessageWaitTimeSeconds": "20", "MaximumMessageSize": "2048"}))(
        world, parts
    )
    own = {
        "fifo": "queue.fifo = true",
        "existing": f'existing_queue = {{ arn = "{parts.queue_arn}", dead_letter_queue_arn = "{parts.dead_letter_arn}" }}',
    }
    project = Project(tmp_path / "project")
    worker = 'function = { artifact.zip = "build/orders.zip", timeout = 3 }\nlogs.retention = 7\nsource.maximum_concurrency = 5'
    project.add("dev.toml", f"[workers.{kind}]\n{own[kind]}\n{worker}")
    complete(world, parts, kind, project.folder)
    document = world.json("doctor", "dev", kind, folder=project.folder)
    tidy(world, parts)
    world.remove(parts)
    assert (document["findings"], document["not_judged"]) == ([], [])


def test_one_composite_alarm_that_tells_someone_speaks_for_its_parts(world: World, healthy: Deployed) -> None:
    silence("errors", "error-rate")(world, healthy)
    arn = f"arn:aws:cloudwatch:{REGION}:000000000000:alarm:dev-orders-error-rate"
    world.client("cloudwatch").put_composite_alarm(
        AlarmName="dev-orders-page", AlarmRule=f'ALARM("{arn}") OR ALARM("dev-orders-backlog")', AlarmActions=[TOPIC]
    )
    ((_, _, message),) = found(world.json("doctor", "dev"))
    assert message == "alarms.errors has no action that is switched on: nobody is told"


def test_policies_that_are_attached_to_the_role_count(world: World, healthy: Deployed) -> None:
    iam = world.client("iam")
    statement = {"Effect": "Deny", "Action": "sqs:Receive*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    guard = iam.create_policy(PolicyName="guard", PolicyDocument=document)["Policy"]["Arn"]
    for arn in (guard, "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"):
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=arn)
    assert found(world.json("doctor", "dev", status=1)) == [
        ("QL207", "error", f"the policy {guard} denies role sqs:ReceiveMessage on queue: Lambda cannot poll it"),
        ("QL208", "error", "arn:aws:iam::aws:policy/AdministratorAccess lets role do everything"),
    ]


def test_two_functions_on_a_queue_have_to_be_told_apart(world: World, healthy: Deployed, tmp_path: Path) -> None:
    second_mapping(world, healthy)
    result = world.run("doctor", "--queue", "dev-orders", folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert result.returncode == 2
    assert result.stderr.endswith("Name both: --queue and --function\n")


def test_two_mappings_to_one_function_are_found(world: World, healthy: Deployed) -> None:
    world.client("lambda").create_event_source_mapping(
        EventSourceArn=healthy.queue_arn,
        FunctionName=healthy.function,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 5},
    )
    ((rule, _, message),) = found(world.json("doctor", "dev"))
    assert rule == "QL114"
    assert message.endswith(" of dev-orders both poll queue: each gets a part of the messages")


def test_a_finding_is_accepted_in_the_settings_or_on_the_command_line(world: World, healthy: Deployed, tmp_path: Path) -> None:
    keep_dead_letters_shorter(world, healthy)
    project = Project(tmp_path / "project")
    project.add("dev.toml", 'dead_letter_queue.retention = 345_600\naccept = { QL007 = "emptied hourly", QL211 = "short" }')
    project.write(
        "dev.toml", (project.folder / "config" / "dev.toml").read_text().replace("\ndead_", "\n[workers.orders]\ndead_")
    )
    document = world.json("doctor", "dev", folder=project.folder)
    assert (document["findings"], document["accepted"]) == (
        [],
        [{"rule": "QL007", "address": "dead_letter_queue", "reason": "emptied hourly"}],
    )
    reason = ("--accept", "QL007=emptied hourly")
    assert [rule for rule, _, _ in found(world.json("doctor", "dev", *reason))] == ["QL401"]
    (tmp_path / "queuesmith.toml").write_text('[accept]\nQL007 = "emptied hourly"\n')
    assert found(world.json("doctor", *DIRECTLY, folder=tmp_path, AWS_DEFAULT_REGION=REGION)) == []
    refused = world.json("doctor", *DIRECTLY, "--accept", "QL009=long", status=1, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert [rule for rule, _, _ in found(refused)] == ["QL901"]


def test_what_the_caller_may_not_read_is_not_judged_and_the_rest_is(world: World, healthy: Deployed) -> None:
    configuration(MemorySize=512)(world, healthy)
    allowed = ["sqs:GetQueue*", "lambda:Get*", "lambda:List*", "logs:DescribeLogGroups"]
    caller: Any = world.user("without-iam", allowed, ["*"])
    result = world.run("doctor", "dev", **caller)
    assert result.returncode == 1  # what was not read may be broken
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[:2] == ["orders", "warning QL401 function.memory is 256, but 512 is deployed"]
    for beginning in (
        "not judged: QL207, QL208 (the role's inline policies: access denied: iam:ListRolePolicies",
        "not judged: QL208 (the role's attached policies: access denied: iam:ListAttachedRolePolicies",
        "not judged: QL301, QL302, QL303, QL305 (the alarms: access denied: cloudwatch:DescribeAlarms",
    ):
        assert any(line.startswith(beginning) for line in lines)
    assert result.stderr == (
        "Not all could be read. The stack's output WORKER_operator_read_policy has what this command needs\n"
    )


@pytest.mark.parametrize("allowed", ["sqs:GetQueue*", "lambda:*", "kms:*"])
def test_nothing_is_guessed_of_what_may_not_be_read(world: World, healthy: Deployed, allowed: str) -> None:
    caller: Any = world.user(f"only-{allowed[:3]}", [allowed], ["*"])
    document = world.json("doctor", "dev", status=1, **caller)
    assert document["findings"] == []
    open_rules = {each["rule"] for each in document["not_judged"]}
    of_queue, of_function = {"QL003", "QL004", "QL018"}, {"QL201", "QL203", "QL115"}
    assert open_rules >= {"QL001", "QL114", "QL206", "QL207", "QL301"}
    assert open_rules & of_queue == (set() if allowed.startswith("sqs") else of_queue)
    assert open_rules >= (of_function if not allowed.startswith("lambda") else {"QL115"})


def test_a_worker_that_is_not_deployed_is_named_and_the_others_are_judged(
    world: World, healthy: Deployed, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project")
    project.add("dev.toml", '[workers.mail.function]\nartifact.zip = "build/orders.zip"')
    result = world.run("doctor", "dev", folder=project.folder)
    assert (result.returncode, result.stderr) == (1, "")
    assert in_words(result.stdout) == [
        (
            "QL401",
            "error",
            "There is no queue dev-mail in eu-central-1, or you may not see it. Is dev deployed there?",
        )
    ]
    assert "2 pipelines: 1 error" in result.stdout


@pytest.mark.parametrize(
    ("missing", "message"),
    [("mapping", "No event source mapping reads dev-no-mapping"), ("function", "There is no function dev-no-function")],
)
def test_a_worker_without_mapping_or_function_is_said_to_lack_it(
    world: World, tmp_path: Path, missing: str, message: str
) -> None:
    parts, functions = world.deploy(f"dev-no-{missing}", f"no-{missing}"), world.client("lambda")
    project = Project(tmp_path / "project")
    project.add("dev.toml", f'[workers.no-{missing}.function]\nartifact.zip = "build/orders.zip"')
    if missing == "mapping":
        functions.delete_event_source_mapping(UUID=parts.mapping)
    functions.delete_function(FunctionName=parts.function)
    document = world.json("doctor", "dev", f"no-{missing}", status=1, folder=project.folder)
    assert [(rule, severity) for rule, severity, _ in found(document)] == [("QL401", "error")]
    assert document["findings"][0]["message"].startswith(message)


def test_by_its_tags_a_worker_is_judged_without_settings(world: World, healthy: Deployed, tmp_path: Path) -> None:
    configuration(Timeout=60)(world, healthy)
    document = world.json("doctor", "dev", "orders", status=1, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    ((rule, severity, message),) = found(document)
    assert (rule, severity) == ("QL001", "error")
    assert message.startswith("queue dev-orders.visibility_timeout_seconds is 18 s, but function dev-orders.timeout is 60 s")


def test_a_project_with_a_mistake_in_its_settings_is_judged_without_them(
    world: World, healthy: Deployed, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project")
    project.add("dev.toml", "[workers.orders.colour]")
    result = world.run("doctor", "dev", "orders", folder=project.folder, AWS_DEFAULT_REGION=REGION)
    assert (result.returncode, result.stdout) == (0, "1 pipeline: no findings\n")
    assert result.stderr.startswith("config/ has problems of its own, which `python main.py --check` names")


def test_a_script_gets_the_same_report(world: World, healthy: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    world.become(monkeypatch)
    monkeypatch.chdir(world.project.folder)
    report = doctor(workers(world.selection("dev")))
    assert [(file.file, [each.name for each in file.pipelines]) for file in report.files] == [("dev", ["orders"])]
    assert report.findings == []
