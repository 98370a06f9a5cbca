"""Terraform in JSON syntax, written by cdktf or by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from queuesmith.rules import Unknown
from tests.plans import Json
from tests.unit.terraform_reading.checking import (
    CONSUME,
    allow,
    pipeline,
    policy,
    reading,
    rules_found,
    skipped_rules,
    unresolved,
)
from tests.unit.terraform_reading.synthesized import DLQ, QUEUE, ref, stack


def test_whole_pipeline_is_joined_and_checked() -> None:
    assert rules_found(stack()) == set()
    assert skipped_rules(stack()) == {"QL016", "QL017"}
    assert unresolved(stack()) == []


def test_faults_are_found() -> None:
    content = stack(
        aws_sqs_queue__work={"visibility_timeout_seconds": 5}, aws_lambda_event_source_mapping__work={"batch_size": 50}
    )
    assert rules_found(content) == {"QL001", "QL102"}


def test_sections_types_and_bodies_can_be_lists() -> None:
    def listed(content: Json) -> Json:
        resources = [{kind: [{name: [body]} for name, body in bodies.items()]} for kind, bodies in content["resource"].items()]
        return {**content, "resource": resources, "locals": [{"a": 1}], "provider": [{"aws": [{}]}]}

    assert rules_found(listed(stack())) == set()
    assert rules_found(listed(stack(aws_sqs_queue__work={"visibility_timeout_seconds": 5}))) == {"QL001"}


def test_block_can_be_a_table_or_a_list() -> None:
    for block in ({"maximum_concurrency": 20}, [{"maximum_concurrency": 20}]):
        content = stack(
            aws_lambda_event_source_mapping__work={"scaling_config": block},
            aws_lambda_function__work={"reserved_concurrent_executions": 10},
        )
        assert rules_found(content) == {"QL105"}


def test_comments_are_ignored() -> None:
    content = stack()
    content["resource"]["//"] = {"note": {}}
    content["resource"]["aws_lambda_event_source_mapping"]["//"] = {"event_source_arn": "x"}
    assert len(reading(content).pipelines) == 1


def test_resource_with_count_0_is_ignored() -> None:
    assert reading(stack(aws_lambda_event_source_mapping__work={"count": 0})).pipelines == []


@pytest.mark.parametrize(
    "arn",
    [
        "local.queue",
        "local.again",
        f"{QUEUE}.arn",
        f"{QUEUE}[0].arn",
        f"try({QUEUE}.arn, null)",
        f'lookup({{"a": {{"b": "}}"}}, "a", {QUEUE}.arn)',
    ],
)
def test_expressions_and_locals_are_followed(arn: str) -> None:
    content = stack(aws_lambda_event_source_mapping__work={"event_source_arn": ref(arn)})
    content["locals"] = {"queue": ref(f"{QUEUE}.arn"), "again": ref("local.queue")}
    assert pipeline(content).queue.address == QUEUE


@pytest.mark.parametrize(
    "arn",
    [
        "var.queue_arn",
        "module.queues.arn",
        "local.nothing",
        "local.circle",
        "each.value.arn",
        "data.aws_sqs_queue.work.arn",
        f"var.mine ? {QUEUE}.arn : var.queue_arn",
        f"var.mine ? {QUEUE}.arn : {DLQ}.arn",
        f"try({QUEUE}.arn, local.nothing)",
    ],
)
def test_unknown_expressions_are_not_followed(arn: str) -> None:
    content = stack(aws_lambda_event_source_mapping__work={"event_source_arn": ref(arn)})
    content |= {"locals": {"circle": ref("local.circle")}, "data": {"aws_sqs_queue": {"work": {"name": "work"}}}}
    assert unresolved(content) == ["aws_lambda_event_source_mapping.work"]


def test_modules_are_reported_as_not_followed() -> None:
    content = stack()
    content["module"] = {"worker": {"source": "./worker"}, "//": {}}
    assert unresolved(content) == ["module.worker"]
    assert reading(content).unresolved == [("module.worker", "its resources are not in this file")]


def test_references_in_a_policy_have_the_form_that_rules_use() -> None:
    role = pipeline(stack()).role
    resources = [statement.resources for statement in getattr(role, "statements", ())]
    assert resources == [(ref(f"{QUEUE}.arn"),), (ref("aws_cloudwatch_log_group.work.arn") + ":*",)]


@pytest.mark.parametrize("what", ["var.queue", "local.queue", "data.aws_sqs_queue.work.arn", "module.a.arn", "lower(a.b)"])
def test_other_expressions_in_a_policy_can_be_the_queue(what: str) -> None:
    content = stack(aws_iam_role_policy__work={"policy": policy(allow(CONSUME, ref(what)))})
    assert "QL207" in skipped_rules(content) - rules_found(content)


@pytest.mark.parametrize(
    "statement",
    [{"Action": ref("var.actions")}, {"Effect": ref("var.effect")}, {"NotAction": [ref("local.actions")], "Action": None}],
)
def test_policy_with_unknown_permissions_is_skipped(statement: Json) -> None:
    content = stack(aws_iam_role_policy__work={"policy": policy({**allow(CONSUME, "*"), **statement})})
    assert {"QL207", "QL208"} <= skipped_rules(content) - rules_found(content)


def test_a_policy_document_is_read_from_its_blocks() -> None:
    statement = {"actions": CONSUME, "resources": [ref(f"{QUEUE}.arn")]}
    for blocks in (statement, [statement]):
        content = stack(aws_iam_role_policy__work={"policy": ref("data.aws_iam_policy_document.work.json")})
        content["data"] = {"aws_iam_policy_document": {"work": {"statement": blocks}}}
        assert rules_found(content) == set()
        content["data"]["aws_iam_policy_document"]["work"]["statement"] = {**statement, "resources": [ref(f"{DLQ}.arn")]}
        assert rules_found(content) == {"QL207", "QL208"}


@pytest.mark.parametrize("kind", ["scaling_config", "logging_config", "statement"])
def test_contents_of_a_dynamic_block_are_unknown(kind: str) -> None:
    dynamic = {"dynamic": {kind: {"for_each": ref("var.some"), "content": {}}}}
    if kind == "scaling_config":
        function = {"reserved_concurrent_executions": 10}
        content = stack(aws_lambda_event_source_mapping__work=dynamic, aws_lambda_function__work=function)
        assert "QL106" in skipped_rules(content) - rules_found(content)
    elif kind == "logging_config":
        assert "QL206" in skipped_rules(stack(aws_lambda_function__work=dynamic))
    else:
        content = stack(aws_iam_role_policy__work={"policy": ref("data.aws_iam_policy_document.work.json")})
        content["data"] = {"aws_iam_policy_document": {"work": dynamic}}
        assert "QL207" in skipped_rules(content) - rules_found(content)


def test_escaped_dollar_is_text() -> None:
    pattern = json.dumps({"body": {"price": ["$${amount}"]}})
    filters = {"filter_criteria": {"filter": [{"pattern": pattern}]}}
    assert pipeline(stack(aws_lambda_event_source_mapping__work=filters)).mapping.filters == (
        '{"body": {"price": ["${amount}"]}}',
    )
    filters = {"filter_criteria": {"filter": [{"pattern": ref("jsonencode({})")}]}}
    (found,) = pipeline(stack(aws_lambda_event_source_mapping__work=filters)).mapping.filters  # type: ignore[misc]
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("types", "left"), [([ref("var.types")], {"QL110"}), (ref("var.types"), {"QL110"}), ("ReportBatchItemFailures", set())]
)
def test_response_types_can_be_an_expression(types: Any, left: set[str]) -> None:
    content = stack(aws_lambda_event_source_mapping__work={"function_response_types": types})
    assert rules_found(content) == set()
    assert skipped_rules(content) - {"QL016", "QL017"} == left


def test_metadata_is_ignored() -> None:
    """cdktf writes stack traces and overrides there."""
    note = {"//": {"metadata": {"note": ref("module.a.x")}}}
    assert rules_found(stack(aws_lambda_event_source_mapping__work=note)) == set()
    assert pipeline(stack(aws_lambda_event_source_mapping__work=note)).mapping.waits_for_policy is True


def test_numbers_and_flags_can_be_strings() -> None:
    content = stack(
        aws_sqs_queue__work={"visibility_timeout_seconds": "5", "fifo_queue": "false"},
        aws_lambda_event_source_mapping__work={"enabled": "false"},
    )
    assert rules_found(content) == {"QL001", "QL115"}


def test_environment_is_read_from_default_tags() -> None:
    content = stack()
    tags = {"Environment": "production", "team": ref("var.team")}
    for provider in ({"default_tags": {"tags": tags}}, [{"alias": "us"}, {"default_tags": [{"tags": tags}]}]):
        content["provider"] = {"aws": provider}
        assert pipeline(content).environment == "production"


def test_depends_on_is_followed_through_a_module_or_a_local() -> None:
    def waits(**more: Any) -> object:
        content = stack(aws_lambda_function__work={"depends_on": [], **more})
        content["locals"] = {"role": ref("aws_iam_role_policy.work.role"), "outside": ref("module.a.x")}
        return pipeline(content).mapping.waits_for_policy

    unknown = Unknown("the dependencies of aws_lambda_event_source_mapping.work outside the file")
    assert waits() is False
    assert waits(description=ref("local.role")) is True
    assert waits(description=ref("var.description")) is False
    assert waits(description=ref("local.outside")) == unknown
    assert waits(depends_on=["module.a"]) == unknown
    assert waits(depends_on=[ref("aws_iam_role_policy.work")]) is True
