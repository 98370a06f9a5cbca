"""Gradual deployments: the resources, the permissions of CodeDeploy and of `queuesmith release`, and the settings' errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformStack
from cdktf import Testing as Synthesis
from cdktf_cdktf_provider_aws.codedeploy_deployment_group import CodedeployDeploymentGroup
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping

from queuesmith.constructs import QueueWorker
from queuesmith.local.stack_copy import copy_stack
from queuesmith.settings.deployment import ALARM_KEYS, DeploymentSettings
from queuesmith.settings.derived.alarm_specs import ALARMS
from queuesmith.settings.derived.deployments import configuration_name
from tests.unit.conftest import Synthesized, Worker, named, only
from tests.unit.test_settings_conflicts import problems

CANARY = {"strategy": "canary", "percent": 10, "minutes": 10}
OWN_STEPS = {"strategy": "linear", "percent": 20, "minutes": 7, "rollback_on": ["throttles", "error_rate"]}
ALARM = "${{aws_cloudwatch_metric_alarm.orders_alarms_{}.alarm_name}}"


@pytest.fixture
def stack(synthesized: Synthesized) -> dict[str, Any]:
    return synthesized(function={"deployment": OWN_STEPS, "role_path": "/workers/"})


def test_group_shifts_in_steps_and_returns_when_an_alarm_fires(worker: Worker) -> None:
    theirs = TerraformStack(Synthesis.app(), "theirs")
    QueueWorker(theirs, "orders", worker(function={"deployment": CANARY}))
    found = Synthesis.synth(theirs)
    group = {
        "deployment_group_name": "test-orders",
        "deployment_config_name": "CodeDeployDefault.LambdaCanary10Percent10Minutes",
        "deployment_style": {"deployment_type": "BLUE_GREEN", "deployment_option": "WITH_TRAFFIC_CONTROL"},
        "alarm_configuration": {
            "enabled": True,
            "alarms": [ALARM.format("errors_068E515D"), ALARM.format("oldest-message-age_C5EAB902")],
        },
        "auto_rollback_configuration": {
            "enabled": True,
            "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
    }
    assert Synthesis.to_have_resource_with_properties(found, CodedeployDeploymentGroup.TF_RESOURCE_TYPE, group)
    invokes_alias = {"function_name": "${aws_lambda_alias.orders_function_alias_956740FA.arn}"}
    assert Synthesis.to_have_resource_with_properties(found, LambdaEventSourceMapping.TF_RESOURCE_TYPE, invokes_alias)
    assert "aws_codedeploy_deployment_config" not in json.loads(found)["resource"]


def test_terraform_publishes_versions_and_leaves_the_alias_to_codedeploy(
    stack: dict[str, Any], synthesized: Synthesized
) -> None:
    alias = only(stack, "aws_lambda_alias")
    assert (alias["name"], alias["lifecycle"]) == ("live", {"ignore_changes": ["function_version", "routing_config"]})
    assert only(stack, "aws_lambda_function")["publish"] is True
    assert "lifecycle" not in only(synthesized(function={"alias": "live"}), "aws_lambda_alias")
    assert only(synthesized(function={"alias": "now", "deployment": CANARY}), "aws_lambda_alias")["name"] == "now"


def test_steps_that_aws_has_no_configuration_for_get_their_own(stack: dict[str, Any]) -> None:
    own = only(stack, "aws_codedeploy_deployment_config")
    assert own["deployment_config_name"] == "test-orders-linear-20-percent-7-minutes"
    assert own["traffic_routing_config"] == {"type": "TimeBasedLinear", "time_based_linear": {"percentage": 20, "interval": 7}}
    assert own["lifecycle"] == {"create_before_destroy": True}
    name = only(stack, "aws_codedeploy_deployment_group")["deployment_config_name"]
    assert name.startswith("${aws_codedeploy_deployment_config.")


@pytest.mark.parametrize(
    ("strategy", "minutes", "name"),
    [
        ("canary", 5, "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
        ("canary", 6, "orders-canary-10-percent-6-minutes"),
        ("canary", 30, "CodeDeployDefault.LambdaCanary10Percent30Minutes"),
        ("linear", 1, "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"),
        ("linear", 3, "CodeDeployDefault.LambdaLinear10PercentEvery3Minutes"),
        ("linear", 5, "orders-linear-10-percent-5-minutes"),
        ("all_at_once", 5, "CodeDeployDefault.LambdaAllAtOnce"),
    ],
)
def test_aws_own_configuration_is_used_if_there_is_one(strategy: str, minutes: int, name: str) -> None:
    settings = DeploymentSettings.model_validate({"strategy": strategy, "minutes": minutes})
    assert configuration_name("orders", settings) == name


def test_codedeploy_can_only_shift_this_alias_and_read_alarms(stack: dict[str, Any]) -> None:
    shift, read = json.loads(named(stack, "aws_iam_role_policy", "deployment")["policy"])["Statement"]
    assert shift["Action"] == ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"]
    assert shift["Resource"] == [
        "${aws_lambda_function.orders_function_71601F08.arn}",
        "${aws_lambda_alias.orders_function_alias_956740FA.arn}",
    ]
    assert read["Action"] == "cloudwatch:DescribeAlarms"
    assert read["Resource"].endswith(":alarm:*")
    role = named(stack, "aws_iam_role", "deployment")
    assert (role["name"], role["path"]) == ("test-orders-release", "/workers/")
    assert json.loads(role["assume_role_policy"])["Statement"][0]["Principal"] == {"Service": "codedeploy.amazonaws.com"}


def test_group_without_alarms_needs_no_permission_for_them(synthesized: Synthesized) -> None:
    stack = synthesized(function={"deployment": {**CANARY, "rollback_on": []}})
    assert "alarm_configuration" not in only(stack, "aws_codedeploy_deployment_group")
    (statement,) = json.loads(named(stack, "aws_iam_role_policy", "deployment")["policy"])["Statement"]
    assert statement["Sid"] == "ShiftTheAlias"


def test_release_policy_does_not_allow_to_delete_the_function(stack: dict[str, Any], synthesized: Synthesized) -> None:
    statements = json.loads(stack["output"]["orders_operator_release_policy"]["value"])["Statement"]
    assert not [each for each in statements if "lambda:DeleteFunction" in each["Action"]]
    (creates,) = (each for each in statements if "codedeploy:CreateDeployment" in each["Action"])
    assert creates["Resource"].startswith("${aws_codedeploy_deployment_group.")
    assert "orders_operator_release_policy" not in synthesized()["output"]


def test_copy_for_the_emulator_has_no_codedeploy_and_moves_the_alias(stack: dict[str, Any], tmp_path: Path) -> None:
    source, copy = tmp_path / "stack", tmp_path / "copy"
    source.mkdir()
    (source / "cdk.tf.json").write_text(json.dumps(stack))
    copy_stack(source, copy, {"lambda": "http://127.0.0.1:9"})
    copied = json.loads((copy / "cdk.tf.json").read_text())
    assert not [kind for kind in copied["resource"] if "codedeploy" in kind]
    assert "aws_codedeploy" not in json.dumps(copied)
    assert "lifecycle" not in only(copied, "aws_lambda_alias")
    copy_stack(source, copy, {"codedeploy": "http://127.0.0.1:9"})
    assert json.loads((copy / "cdk.tf.json").read_text()) == stack


def test_every_alarm_can_stop_a_release() -> None:
    assert set(ALARM_KEYS) == {spec.key for spec in ALARMS}


@pytest.mark.parametrize(
    ("deployment", "problem"),
    [
        (
            "{ percent = 5 }",
            "function.deployment.strategy is missing",
        ),
        (
            '{ strategy = "blue" }',
            "function.deployment.strategy is \"blue\", but must be 'canary', 'linear' or 'all_at_once'",
        ),
        (
            '{ strategy = "canary", rollback_on = ["error"] }',
            f'function.deployment.rollback_on.0 is "error", but must be one of the alarms {", ".join(ALARM_KEYS)}',
        ),
        (
            '{ strategy = "canary", percent = 2.5 }',
            "function.deployment.percent is 2.5, but must be a whole number, 0 or more",
        ),
    ],
)
def test_wrong_deployment_is_reported(deployment: str, problem: str, tmp_path: Path) -> None:
    assert problems(tmp_path, f"function.deployment = {deployment}") == [problem]


def test_disabled_alarm_cannot_stop_a_release(worker: Worker) -> None:
    settings = worker(function={"deployment": CANARY}, alarms={"errors": False})
    orders = QueueWorker(TerraformStack(Synthesis.app(), "theirs"), "orders", settings)
    (error,) = orders.validate()
    assert error == (
        "function.deployment.rollback_on contains errors, but the worker has no such alarm: alarms.errors disables it, or has "
        "no value. Remove errors from function.deployment.rollback_on, or set alarms.errors. [QL223]"
    )
