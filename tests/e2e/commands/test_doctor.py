"""`queuesmith doctor` against the emulator: a healthy worker, then one fault after the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Project
from tests.e2e.cloud import policy
from tests.e2e.commands.doctor_findings import as_printed, aws_ids, findings_in, printed_findings
from tests.e2e.commands.faults import (
    FAULTS,
    ROLE,
    SECRET,
    Fault,
    attribute,
    configuration,
    disable_alarm_actions,
    second_mapping,
    shorten_dlq_retention,
)
from tests.e2e.commands.supporting_resources import TOPIC, add_supporting_resources, delete_supporting_resources
from tests.e2e.commands.world import REGION, Deployed, World

DIRECTLY = ("--queue", "dev-orders", "--function", "dev-orders")


def test_worker_that_matches_its_settings_has_no_findings(world: World, healthy: Deployed, tmp_path: Path) -> None:
    result = world.run("doctor", "dev")
    assert (result.returncode, result.stdout, result.stderr) == (
        0,
        "1 pipeline: no findings\n",
        "Next: queuesmith status dev\n",
    )
    directly = world.json("doctor", "--queue", healthy.queue, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert (directly["findings"], directly["skipped"]) == ([], [])
    assert directly["summary"]["pipelines"] == 1
    by_function = world.json("doctor", "--function", healthy.function, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert (by_function["findings"], by_function["skipped"]) == ([], [])


def test_each_missing_resource_is_reported(world: World, orders: Deployed) -> None:
    world.settle()
    assert [rule for rule, _, _ in findings_in(world.json("doctor", "dev"))] == [
        "QL017", "QL018", "QL018", "QL115", "QL302", "QL303", "QL303", "QL401", "QL401",
    ]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_each_fault_has_its_own_finding_with_the_value(world: World, healthy: Deployed, tmp_path: Path, fault: Fault) -> None:
    fault.inject(world, healthy)
    known = aws_ids(world, healthy)
    status = int(fault.severity == "error")
    expected = [(fault.rule, fault.severity, fault.in_project.format(**known))]
    expected += [("QL401", "warning", fault.drift.format(**known))] if fault.drift else []
    document = world.json("doctor", "dev", "orders", status=status)
    assert findings_in(document) == expected
    assert {(each["pipeline"], each["file"]) for each in document["findings"]} == {("orders", "dev")}
    result = world.run("doctor", "dev", "--fail-on", "warning")
    assert (result.returncode, printed_findings(result.stdout), result.stderr) == (1, as_printed(document), "")
    assert result.stdout.splitlines()[-1] == f"Next: queuesmith explain {fault.rule}"

    elsewhere = world.run("doctor", *DIRECTLY, "--json", folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert elsewhere.returncode == status
    assert findings_in(json.loads(elsewhere.stdout)) == [(fault.rule, fault.severity, fault.elsewhere.format(**known))]
    assert elsewhere.stderr == f"Next: queuesmith explain {fault.rule}\n"
    assert SECRET not in result.stdout + elsewhere.stdout + json.dumps(document)


def test_manual_change_is_reported_as_drift(world: World, healthy: Deployed) -> None:
    configuration(MemorySize=512)(world, healthy)
    assert findings_in(world.json("doctor", "dev")) == [
        ("QL401", "warning", "function.memory is 256 in the settings, but 512 in AWS")
    ]
    configuration(Environment={"Variables": {"ORDERS_TABLE": "mine"}})(world, healthy)
    messages = [each["message"] for each in world.json("doctor", "dev")["findings"]]
    expected = (
        "function.environment differs from the deployed variables (missing in AWS: POWERTOOLS_SERVICE_NAME, WORKER_BACKOFF_BASE"
    )
    assert any(text.startswith(expected) for text in messages)
    assert "mine" not in "".join(messages)
    attribute("queue", VisibilityTimeout="2")(world, healthy)
    remedies = {each["rule"]: each["remedy"] for each in world.json("doctor", "dev", status=1)["findings"]}
    assert remedies == {
        "QL001": "Apply the settings again: queue.visibility_timeout is 18 in the settings, but 2 in AWS",
        "QL401": "Apply the settings again, or change them to the deployed values",
    }


@pytest.mark.parametrize("kind", ["fifo", "existing"])
def test_values_that_settings_do_not_manage_are_not_drift(world: World, tmp_path: Path, kind: str) -> None:
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
    add_supporting_resources(world, parts, kind, project.folder)
    document = world.json("doctor", "dev", kind, folder=project.folder)
    delete_supporting_resources(world, parts)
    world.remove(parts)
    assert (document["findings"], document["skipped"]) == ([], [])


def test_composite_alarm_with_an_action_covers_its_parts(world: World, healthy: Deployed) -> None:
    disable_alarm_actions("errors", "error-rate")(world, healthy)
    arn = f"arn:aws:cloudwatch:{REGION}:000000000000:alarm:dev-orders-error-rate"
    world.client("cloudwatch").put_composite_alarm(
        AlarmName="dev-orders-page", AlarmRule=f'ALARM("{arn}") OR ALARM("dev-orders-backlog")', AlarmActions=[TOPIC]
    )
    ((_, _, message),) = findings_in(world.json("doctor", "dev"))
    assert message == "alarms.errors has no enabled action: the operator is not notified"


def test_attached_policies_are_evaluated(world: World, healthy: Deployed) -> None:
    iam = world.client("iam")
    document = policy({"Effect": "Deny", "Action": "sqs:Receive*", "Resource": "*"})
    guard = iam.create_policy(PolicyName="guard", PolicyDocument=document)["Policy"]["Arn"]
    for arn in (guard, "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"):
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=arn)
    assert findings_in(world.json("doctor", "dev", status=1)) == [
        ("QL207", "error", f"the policy {guard} denies the role sqs:ReceiveMessage on the queue: Lambda cannot poll it"),
        ("QL208", "error", "arn:aws:iam::aws:policy/AdministratorAccess allows the role every action on every resource"),
    ]


def test_function_must_be_named_if_a_queue_has_two(world: World, healthy: Deployed, tmp_path: Path) -> None:
    second_mapping(world, healthy)
    result = world.run("doctor", "--queue", "dev-orders", folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert result.returncode == 2
    assert result.stderr.endswith("Specify one: --queue and --function\n")


def test_two_mappings_to_one_function_are_reported(world: World, healthy: Deployed) -> None:
    world.client("lambda").create_event_source_mapping(
        EventSourceArn=healthy.queue_arn,
        FunctionName=healthy.function,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 5},
    )
    ((rule, _, message),) = findings_in(world.json("doctor", "dev"))
    assert rule == "QL114"
    assert message.endswith(" of dev-orders both poll the queue: each receives only a part of the messages")


def test_finding_is_suppressed_in_settings_or_on_the_command_line(world: World, healthy: Deployed, tmp_path: Path) -> None:
    shorten_dlq_retention(world, healthy)
    project = Project(tmp_path / "project")
    accepted = 'suppress = { QL007 = "emptied hourly", QL211 = "short" }'
    project.add("dev.toml", f"[workers.orders]\ndead_letter_queue.retention = 345_600\n{accepted}")
    document = world.json("doctor", "dev", folder=project.folder)
    assert (document["findings"], document["suppressed"]) == (
        [],
        [{"rule": "QL007", "address": "dead_letter_queue", "reason": "emptied hourly"}],
    )
    reason = ("--suppress", "QL007=emptied hourly")
    assert [rule for rule, _, _ in findings_in(world.json("doctor", "dev", *reason))] == ["QL401"]
    (tmp_path / "queuesmith.toml").write_text('[suppress]\nQL007 = "emptied hourly"\n')
    assert findings_in(world.json("doctor", *DIRECTLY, folder=tmp_path, AWS_DEFAULT_REGION=REGION)) == []
    refused = world.json("doctor", *DIRECTLY, "--suppress", "QL009=long", status=1, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert [rule for rule, _, _ in findings_in(refused)] == ["QL901"]


def test_capacity_predicts_for_what_is_deployed(world: World, healthy: Deployed, tmp_path: Path) -> None:
    load = ("--rate", "10/s", "--per-message", "20ms", "--until", "2m")
    document = world.json("capacity", "dev", "orders", "--deployed", *load)
    settings = world.json("capacity", "dev", "orders", *load)
    directly = world.json("capacity", "--queue", healthy.queue, *load, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert document["bounds"] == settings["bounds"]
    assert (document["likely"], document["region"]) == (settings["likely"], settings["region"])
    assert (directly["bounds"], directly["region"]) == (settings["bounds"], REGION)
