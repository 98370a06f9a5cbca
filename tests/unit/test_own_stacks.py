"""Workers in a user's own stack: they are checked during synth, including the permissions that they were granted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import App, TerraformStack
from cdktf import Testing as Synthesis
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic

from queuesmith.checks.worker_check import check_worker
from queuesmith.constructs import QueueWorker
from queuesmith.readers.settings.functions import role_of
from queuesmith.readers.settings.pipeline import WorkerContext
from queuesmith.rules import Unknown
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived.permissions import PolicyStatement
from tests.checking import TODAY
from tests.unit.conftest import Worker


def test_invalid_worker_in_a_users_stack_is_refused_with_its_path(worker: Worker, tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path / "out"))
    stack = TerraformStack(app, "theirs")
    settings: Any = worker(source={"batch_size": 100, "maximum_concurrency": 1}, queue={"visibility_timeout": 7})
    QueueWorker(stack, "orders", settings)
    with pytest.raises(RuntimeError) as raised:
        app.synth()
    for text in (
        "[theirs/orders] queue.visibility_timeout is 7 s, but function.timeout is ",
        "[QL001]",
        "[QL102]",
        "[QL104]",
        "source.batch_size is 100",
    ):
        assert text in str(raised.value)
    assert not list((tmp_path / "out").rglob("cdk.tf.json"))


def test_worker_with_all_permissions_in_a_users_stack_is_refused(worker: Worker, tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path / "out"))
    orders = QueueWorker(TerraformStack(app, "theirs"), "orders", worker())
    orders.function.grant([PolicyStatement(["*"], ["*"])])
    with pytest.raises(RuntimeError, match=r"\[theirs/orders\] .* allows \* on every resource.*\[QL208\]"):
        app.synth()


def test_granted_reference_is_unknown_to_the_rules() -> None:
    """Otherwise QL208 takes `${aws_sqs_queue.….arn}` for another queue, although it can be the worker's own."""
    settings = WorkerSettings.model_validate({"name": "orders", "function": {"artifact": {"zip": "x.zip"}}})
    grant = PolicyStatement(["sqs:ReceiveMessage"], ["${aws_sqs_queue.orders_queue_B32D019B.arn}"])
    assert role_of(settings, [grant]).statements[-1].resources == (Unknown("a resource in role"),)


def test_worker_in_a_users_stack_can_be_granted_more(worker: Worker) -> None:
    stack = TerraformStack(Synthesis.app(), "theirs")
    QueueWorker(stack, "orders", worker()).grant(["s3:GetObject"], ["arn:aws:s3:::invoices/*"])
    (role_policy,) = json.loads(Synthesis.synth(stack))["resource"]["aws_iam_role_policy"].values()
    assert json.loads(role_policy["policy"])["Statement"][-1] == {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::invoices/*",
    }


@pytest.mark.parametrize(
    ("actions", "resources", "problem"),
    [
        (["*"], ["arn:aws:s3:::a/*"], r"\* is too broad. List the actions that the function calls"),
        (["s3:*"], ["arn:aws:s3:::a/*"], r"s3:\* is too broad. List the actions that the function calls"),
        (["s3:GetObject"], ["*"], r"s3:GetObject supports ARNs, so \* is too broad. List the ARNs that the function uses"),
        (["xray:PutTraceSegments", "s3:GetObject"], ["*"], "s3:GetObject supports ARNs"),
        ("s3:GetObject", ["arn:aws:s3:::a/*"], "actions and resources must be non-empty lists"),
        (["s3:GetObject"], "arn:aws:s3:::a/*", "actions and resources must be non-empty lists"),
        ([], ["arn:aws:s3:::a/*"], "actions and resources must be non-empty lists"),
    ],
)
def test_grant_that_is_too_broad_is_refused_immediately(worker: Worker, actions: Any, resources: Any, problem: str) -> None:
    orders = QueueWorker(TerraformStack(Synthesis.app(), "theirs"), "orders", worker())
    with pytest.raises(ValueError, match=problem):
        orders.grant(actions, resources)
    assert orders.function.grants == []


def test_actions_that_need_all_resources_are_granted_on_all(worker: Worker) -> None:
    orders = QueueWorker(TerraformStack(Synthesis.app(), "theirs"), "orders", worker())
    orders.grant(["xray:PutTraceSegments", "cloudwatch:PutMetricData"], ["*"])
    assert [statement.resources for statement in orders.function.grants] == [["*"]]


def test_grants_of_single_actions_on_single_arns_have_no_findings(worker: Worker) -> None:
    unknown = "${TfToken[TOKEN.1]}"
    granted = (
        PolicyStatement(["s3:GetObject"], ["arn:aws:s3:::invoices/*"]),
        PolicyStatement(["s3:GetObject", "sqs:SendMessage"], [unknown, f"{unknown}/*"]),
        PolicyStatement(["sqs:ReceiveMessage", "sqs:DeleteMessage"], [unknown]),
        PolicyStatement(["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:111111111111:mail"]),
    )
    assert check_worker("orders", worker(), TODAY, WorkerContext(granted=granted)) == []


def test_worker_with_grants_on_its_own_stack_is_synthesized(worker: Worker, tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path / "out"))
    stack = TerraformStack(app, "theirs")
    AwsProvider(stack, "aws", region="eu-west-1")
    orders = QueueWorker(stack, "orders", worker())
    mail = QueueWorker(stack, "mail", worker(name="test-mail"))
    orders.grant(["sns:Publish"], [SnsTopic(stack, "topic").arn])
    orders.grant(["sqs:SendMessage"], [mail.queue.arn])
    app.synth()
    assert len(list((tmp_path / "out").rglob("cdk.tf.json"))) == 1
