"""Resources that are found by name or ARN, and parts that are separate resources."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.readers.terraform.addresses import Step, steps, with_key, without_prefixes
from queuesmith.rules import Role, Unknown
from tests.plans import configured, planned, references
from tests.unit.terraform_reading.checking import ACCOUNT, CONSUME, allow, pipeline, policy, reading, rules_found, skipped_rules
from tests.unit.terraform_reading.worker import DLQ, FUNCTION, MAPPING, QUEUE, ROLE, Worker

INLINE, GROUP, KEY = "aws_iam_role_policy.work", "aws_cloudwatch_log_group.work", "aws_kms_key.work"
CAN_CONSUME = policy(allow(CONSUME, f"{ACCOUNT}:work"))
WORK_GROUP = {"name": "/aws/lambda/work", "retention_in_days": 30}


def role_of(worker: Worker) -> Role:
    role = pipeline(worker.plan()).role
    assert isinstance(role, Role)
    return role


@pytest.mark.parametrize("key", ["a", "a.b", 'say "a"', "back\\slash", "ü[0]", 3])
def test_address_is_parsed(key: Any) -> None:
    address = f"module.{with_key('worker', key)}.aws_sqs_queue.work"
    assert steps(address) == (Step("module"), Step("worker", key), Step("aws_sqs_queue"), Step("work"))


def test_only_terraforms_own_prefixes_are_removed() -> None:
    listed = ['a_b.c["x"].arn', 'a_b.c["x"]', "a_b.c", "a_b.c", "each.key", "a_b.cd"]
    assert without_prefixes(listed) == ['a_b.c["x"].arn', "a_b.c", "each.key", "a_b.cd"]


def test_aws_managed_resource_is_not_one_of_the_file() -> None:
    managed = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    worker = Worker().add("aws_iam_policy.own", {"name": "AWSLambdaSQSQueueExecutionRole", "policy": policy()}, {}, ("arn",))
    given = {"role": references(f"{ROLE}.name"), "policy_arn": {"constant_value": managed}}
    worker.add("aws_iam_role_policy_attachment.work", {"role": "work", "policy_arn": managed}, given)
    assert all(statement.managed_by_aws for statement in role_of(worker).statements)
    assert "QL207" not in rules_found(worker.plan())


def worker_with_twins(name: str, expression: Any) -> Worker:
    """A second function and queue with the same names, as in another region. The names in the mapping are known."""
    worker = Worker().add(
        "aws_lambda_function.twin", {"function_name": "work", "timeout": 5}, {"function_name": "work"}, ("arn",)
    )
    return worker.write(MAPPING, "function_name", expression, known=name)


def test_reference_decides_between_two_resources_of_one_name() -> None:
    worker = worker_with_twins("work", references("aws_lambda_function.twin.function_name"))
    assert pipeline(worker.plan()).function.address == "aws_lambda_function.twin"
    assert pipeline(worker_with_twins("work", references(f"{FUNCTION}.function_name")).plan()).function.address == FUNCTION


def test_module_decides_between_two_resources_of_one_name() -> None:
    worker = Worker()
    worker.calls = {"a": {"module": {"resources": [configured(FUNCTION, {})]}}}
    worker.modules = {"module.a": [planned(FUNCTION, {"function_name": "work"}, ("arn",), module="module.a")]}
    worker.write(MAPPING, "function_name", {"constant_value": "work"}, known="work")
    assert pipeline(worker.plan()).function.address == FUNCTION


def test_ambiguous_name_is_not_guessed() -> None:
    worker = worker_with_twins("work", {"constant_value": "work"})
    assert pipeline(worker.plan()).function.address == "work"
    assert "QL001" in skipped_rules(worker.plan()) - rules_found(worker.plan())


@pytest.mark.parametrize(
    "value",
    ["work", "work:live", "111111111111:function:work:3", "arn:aws:lambda:eu-central-1:111111111111:function:work:live"],
)
def test_a_function_is_found_by_each_of_its_names(value: str) -> None:
    worker = Worker().write(MAPPING, "function_name", {"constant_value": value}, known=value)
    assert pipeline(worker.plan()).function.address == FUNCTION


@pytest.mark.parametrize(("own", "found"), [(f"{ACCOUNT}:work", True), ("arn:aws:sqs:eu-west-1:222222222222:work", False)])
def test_a_name_in_another_account_is_another_queue(own: str, *, found: bool) -> None:
    worker = Worker().write(QUEUE, "arn", {}, known=own)
    worker.write(MAPPING, "event_source_arn", {"constant_value": f"{ACCOUNT}:work"}, known=f"{ACCOUNT}:work")
    assert (pipeline(worker.plan()).queue.address == QUEUE) is found


def test_own_dlq_is_not_confused_with_another_queue() -> None:
    worker = Worker().write(QUEUE, "redrive_policy", references(f"{QUEUE}.name", f"{DLQ}.arn"))
    assert getattr(pipeline(worker.plan()).dead_letter_queue, "address", None) == DLQ


def test_queue_can_be_its_own_dlq() -> None:
    redrive = "aws_sqs_queue_redrive_policy.work"
    given = {"queue_url": references(f"{QUEUE}.id"), "redrive_policy": references(f"{QUEUE}.arn")}
    worker = Worker().add(redrive, {}, given, ("queue_url", "redrive_policy"))
    assert getattr(pipeline(worker.plan()).dead_letter_queue, "address", None) == QUEUE
    worker.write(redrive, "redrive_policy", references(f"{QUEUE}.name"))
    assert isinstance(pipeline(worker.plan()).dead_letter_queue, Unknown)


@pytest.mark.parametrize(
    "content",
    ["null", " null ", "{}", '{"maxReceiveCount": 5}', '{"deadLetterTargetArn": null}', '{"deadLetterTargetArn": ""}'],
)
@pytest.mark.parametrize("beside", [False, True])
def test_redrive_policy_without_a_queue_is_ignored(content: str, *, beside: bool) -> None:
    worker, written = Worker(), {"constant_value": content}
    if beside:
        given = {"queue_url": references(f"{QUEUE}.id"), "redrive_policy": written}
        worker.add("aws_sqs_queue_redrive_policy.work", {"redrive_policy": content}, given, ("queue_url",))
        worker.written[QUEUE].pop("redrive_policy")
    else:
        worker.write(QUEUE, "redrive_policy", written, known=content)
    assert (pipeline(worker.plan()).dead_letter_queue, pipeline(worker.plan()).queue.redrive_policy) == (None, None)
    assert "QL004" in rules_found(worker.plan())


@pytest.mark.parametrize("content", ["null", "{}"])
def test_empty_redrive_allow_policy_is_ignored(content: str) -> None:
    worker = Worker().write(DLQ, "redrive_allow_policy", {"constant_value": content}, known=content)
    assert getattr(pipeline(worker.plan()).dead_letter_queue, "redrive_allow_policy", "") is None
    assert "QL017" in rules_found(worker.plan())


def test_an_alarm_has_its_comparison() -> None:
    values = {
        "namespace": "AWS/SQS",
        "metric_name": "x",
        "comparison_operator": "LessThanThreshold",
        "dimensions": {"QueueName": "work"},
    }
    worker = Worker().add("aws_cloudwatch_metric_alarm.low", values, {})
    assert [alarm.comparison for alarm in pipeline(worker.plan()).readable_alarms()] == ["LessThanThreshold"]


def test_log_group_can_be_named_after_its_function() -> None:
    worker = Worker().write(FUNCTION, "function_name", references("random_id.suffix.hex"))
    worker.add("random_id.suffix", {}, {}, ("hex",))
    worker.add(GROUP, {"retention_in_days": 30}, {"name": references(f"{FUNCTION}.function_name")}, ("name",))
    assert getattr(pipeline(worker.plan()).log_group, "address", None) == GROUP


def test_ambiguous_log_group_is_not_guessed() -> None:
    worker = Worker().add(GROUP, WORK_GROUP, {"name": {"constant_value": "/aws/lambda/work"}})
    assert getattr(pipeline(worker.plan()).log_group, "address", None) == GROUP
    worker.add("aws_cloudwatch_log_group.twin", WORK_GROUP, {})
    assert pipeline(worker.plan()).log_group == Unknown("the log group /aws/lambda/work")


def test_key_policy_can_be_a_separate_resource() -> None:
    worker = Worker().write(QUEUE, "kms_master_key_id", references(f"{KEY}.arn"))
    worker.add(KEY, {"policy": policy()}, {}, ("arn", "key_id"))
    worker.add(INLINE, {"policy": CAN_CONSUME}, {"role": references(f"{ROLE}.id")}, ("role",))
    assert "QL209" in rules_found(worker.plan())
    opened = policy(allow(["kms:Decrypt"], "*", Principal={"AWS": "arn:aws:iam::111111111111:role/work"}))
    worker.add("aws_kms_key_policy.work", {"policy": opened}, {"key_id": references(f"{KEY}.key_id")}, ("key_id",))
    assert "QL209" not in rules_found(worker.plan()) | skipped_rules(worker.plan())


def test_unknown_environment_variable_keeps_its_name() -> None:
    worker = Worker().write(
        FUNCTION, "environment", [{"variables": references(f"{DLQ}.url")}], known=[{"variables": {"A": "x"}}]
    )
    worker.unknown[FUNCTION]["environment"] = [{"variables": {"URL": True}}]
    found = pipeline(worker.plan()).function.environment
    assert found == {"A": "x", "URL": Unknown(f"{FUNCTION}.environment.variables.URL")}


def test_inline_policies_are_an_unordered_set() -> None:
    """Terraform sorts a set by hash, so either policy can be the one that refers to the document."""
    worker = Worker()
    worker.written[ROLE]["inline_policy"] = [
        {"name": {"constant_value": "a"}, "policy": references("data.aws_iam_policy_document.work.json")},
        {"name": {"constant_value": "b"}, "policy": references("local.policy")},
    ]
    worker.values[ROLE]["inline_policy"] = [{"name": "b"}, {"name": "a"}]
    worker.unknown[ROLE]["inline_policy"] = [{"policy": True}, {"policy": True}]
    statement = {"actions": ["s3:*"], "resources": ["*"]}
    worker.add("data.aws_iam_policy_document.work", {"statement": [statement]}, {"statement": [{}]}, ("json",))
    assert role_of(worker).statements == ()
    assert len(role_of(worker).unreadable_policies) == 2
    worker.unknown[ROLE]["inline_policy"] = True
    assert len(role_of(worker).unreadable_policies) == 1


def test_attached_policies_that_a_refreshed_role_shows_are_read_once() -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    given = {"role": references(f"{ROLE}.name"), "policy_arn": {"constant_value": arn}}
    worker = Worker().add("aws_iam_role_policy_attachment.work", {"role": "work", "policy_arn": arn}, given)
    before = role_of(worker).statements
    worker.values[ROLE]["managed_policy_arns"] = [arn]
    worker.unknown[ROLE].pop("managed_policy_arns")
    assert role_of(worker).statements == before
    worker.values.pop("aws_iam_role_policy_attachment.work")
    assert role_of(worker).statements == before


@pytest.mark.parametrize("names", [["aws_iam_policy.a.arn"], ["aws_iam_policy.a.arn", "data.aws_iam_policy.b.arn"]])
def test_fewer_references_than_unknown_policies_are_incomplete(names: list[str]) -> None:
    worker = Worker().add("aws_iam_policy.a", {"name": "a", "policy": policy()}, {}, ("arn",))
    worker.written["data.aws_iam_policy.b"] = {}
    worker.write(ROLE, "managed_policy_arns", references(*names), known=[None, None])
    worker.unknown[ROLE]["managed_policy_arns"] = [True, True]
    assert role_of(worker).unreadable_policies == (Unknown(f"{ROLE}.managed_policy_arns"),)


def test_disabled_mapping_polls_nothing() -> None:
    worker = Worker()
    to = {"event_source_arn": references(f"{QUEUE}.arn"), "function_name": references(f"{FUNCTION}.arn")}
    worker.add("aws_lambda_event_source_mapping.off", {"enabled": False}, to, ("event_source_arn", "function_name"))
    assert [each.queue.consumers for each in reading(worker.plan()).pipelines] == [(MAPPING,), (MAPPING,)]
    assert "QL114" not in rules_found(worker.plan())


def test_mapping_of_an_unknown_function_can_be_of_any_function() -> None:
    worker = Worker()
    to = {"event_source_arn": references(f"{DLQ}.arn"), "function_name": references("local.function")}
    worker.add("aws_lambda_event_source_mapping.other", {}, to, ("event_source_arn", "function_name"))
    functions = {each.function.address: each.function for each in reading(worker.plan()).pipelines}
    assert functions[FUNCTION].source_arns is None


def test_explicit_value_counts_even_if_it_is_the_default() -> None:
    worker = Worker().write(QUEUE, "kms_data_key_reuse_period_seconds", {"constant_value": 300}, known=300)
    assert pipeline(worker.plan()).queue.data_key_reuse_period == 300
    worker.written[QUEUE].pop("kms_data_key_reuse_period_seconds")
    assert pipeline(worker.plan()).queue.data_key_reuse_period is None


def test_reuse_period_of_a_null_variable_counts_as_not_set() -> None:
    worker = Worker().write(QUEUE, "kms_data_key_reuse_period_seconds", references("var.reuse"), known=0)
    assert pipeline(worker.plan()).queue.data_key_reuse_period is None
    assert "QL015" not in rules_found(worker.plan())


def test_unknown_value_stays_unknown_without_a_configuration() -> None:
    worker = Worker().write(MAPPING, "event_source_arn", {}, known=f"{ACCOUNT}:work")
    content = worker.plan()
    content.pop("configuration")
    assert isinstance(pipeline(content).dead_letter_queue, Unknown)
    assert not {"QL004", "QL207"} & rules_found(content)
