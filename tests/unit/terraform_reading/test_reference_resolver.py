"""Which resources of a plan belong together, and references that cannot be followed."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.rules import Unknown
from tests.plans import Json, configured, planned, references
from tests.unit.terraform_reading.checking import ACCOUNT, pipeline, reading, rules_found, skipped_rules, unresolved
from tests.unit.terraform_reading.worker import DLQ, FUNCTION, MAPPING, QUEUE, ROLE, Worker


def source_of(worker: Worker) -> str | None:
    """The address of the mapping's queue. None if it cannot be followed."""
    content = worker.plan()
    if unresolved(content):
        assert unresolved(content) == [MAPPING]
        assert reading(content).pipelines == []
        return None
    return pipeline(content).queue.address


def test_references_join_a_pipeline() -> None:
    joined = pipeline(Worker().plan())
    dlq = joined.dead_letter_queue
    assert (joined.queue.address, joined.function.address, joined.mapping.address) == (QUEUE, FUNCTION, MAPPING)
    assert getattr(dlq, "address", None) == DLQ
    assert "QL001" in rules_found(Worker().plan())


@pytest.mark.parametrize(
    "names",
    [
        ["local.queue"],
        ["local.mine", f"{QUEUE}.arn"],
        ["data.aws_sqs_queue.work.arn"],
        ["terraform_data.queue.output"],
        ["module.queues"],
        [f"{QUEUE}.arn", f"{DLQ}.arn"],
        ["each.value.arn"],
        [],
    ],
)
def test_event_source_that_is_unknown_is_not_followed(names: list[str]) -> None:
    worker = Worker().write(MAPPING, "event_source_arn", references(*names))
    worker.add("terraform_data.queue", {}, {"input": references(f"{QUEUE}.arn")}, ("output",))
    worker.add("data.aws_sqs_queue.work", {}, {"name": references(f"{QUEUE}.url")}, ("arn",))
    worker.more[MAPPING] = {"for_each_expression": references("local.queues")}
    if names:
        assert source_of(worker) is None
    else:  # null, as for self-managed Kafka
        assert reading(worker.plan()).pipelines == []


def test_queue_from_a_data_source_is_not_in_the_file() -> None:
    """A data source has the same type as a queue. Its missing values would look like defaults."""
    worker = Worker().add("data.aws_sqs_queue.late", {}, {"name": references(f"{QUEUE}.url")}, ("arn",))
    assert source_of(worker.write(MAPPING, "event_source_arn", references("data.aws_sqs_queue.late.arn"))) is None
    assert source_of(Worker().write(MAPPING, "event_source_arn", {}, known=f"{ACCOUNT}:theirs")) == f"{ACCOUNT}:theirs"


def test_resource_with_count_0_is_not_referenced() -> None:
    worker = Worker().write(MAPPING, "event_source_arn", references("aws_sqs_queue.other[0].arn", f"{QUEUE}.arn"))
    worker.written["aws_sqs_queue.other"] = {"name": "other"}
    assert source_of(worker) == QUEUE


def test_a_known_value_is_followed_before_a_reference() -> None:
    """For example `coalesce(var.queue_arn, aws_sqs_queue.work.arn)`."""
    expression = references("var.queue_arn", f"{QUEUE}.arn")
    assert source_of(Worker().write(MAPPING, "event_source_arn", expression, known=f"{ACCOUNT}:theirs")) == f"{ACCOUNT}:theirs"


@pytest.mark.parametrize("names", [[f"{QUEUE}.arn"], ["aws_kinesis_stream.clicks.arn", f"{QUEUE}.arn"]])
@pytest.mark.parametrize("condition", [[], ["local.create", "var.create"]], ids=["no condition", "condition"])
def test_for_each_mappings_with_one_queue_are_followed(names: list[str], condition: list[str]) -> None:
    worker = Worker().add("aws_kinesis_stream.clicks", {"name": "clicks"}, {"name": "clicks"}, ("arn",))
    worker.write(MAPPING, "event_source_arn", references("each.value.event_source_arn"))
    worker.more[MAPPING] = {"for_each_expression": references(*names, *condition)}
    worker.keys[MAPPING] = ["work"]
    assert pipeline(worker.plan()).queue.address == QUEUE


def test_ambiguous_for_each_mappings_are_not_followed() -> None:
    worker = Worker().write(MAPPING, "event_source_arn", references("each.value.event_source_arn"))
    worker.more[MAPPING] = {"for_each_expression": references("local.others", f"{QUEUE}.arn")}
    worker.keys[MAPPING] = ["a", "b"]
    assert unresolved(worker.plan()) == [f'{MAPPING}["a"]', f'{MAPPING}["b"]']
    worker.more[MAPPING] = {"for_each_expression": references(f"{QUEUE}.arn")}
    assert [each.queue.address for each in reading(worker.plan()).pipelines] == [QUEUE, QUEUE]


def test_stream_in_a_for_each_with_queues_is_ignored() -> None:
    worker = Worker().add("aws_kinesis_stream.clicks", {"name": "clicks"}, {"name": "clicks"}, ("arn",))
    worker.write(MAPPING, "event_source_arn", references("aws_kinesis_stream.clicks.arn", f"{QUEUE}.arn"))
    worker.write(MAPPING, "starting_position", references("each.value.starting_position"), known="LATEST")
    assert reading(worker.plan()).pipelines == []
    assert unresolved(worker.plan()) == []


@pytest.mark.parametrize(
    ("index", "found"), [("each.key", True), ("count.index", True), ("each.value", True), ("each.value.queue", False)]
)
def test_instance_is_found_by_the_same_for_each_key(index: str, *, found: bool) -> None:
    worker = Worker().write(MAPPING, "event_source_arn", {"references": [QUEUE, index]})
    worker.keys[QUEUE] = ["a", "b"]
    worker.keys[MAPPING] = ["b"]
    if found:
        assert pipeline(worker.plan()).queue.address == f'{QUEUE}["b"]'
    else:
        assert unresolved(worker.plan()) == [f'{MAPPING}["b"]']


def test_named_instance_is_found_with_any_for_each_key() -> None:
    worker = Worker().write(MAPPING, "event_source_arn", references(f'{QUEUE}["a.b"].arn', "each.key"))
    worker.keys[QUEUE] = ["a.b", "c"]
    worker.keys[MAPPING] = ["c"]
    assert pipeline(worker.plan()).queue.address == f'{QUEUE}["a.b"]'


def in_module(output: Json | None, inner: list[Json] | None = None, **call: Any) -> Worker:
    """A worker whose mapping uses an output of a module that gets the queue's ARN."""
    worker = Worker().write(MAPPING, "event_source_arn", references("module.a.arn"))
    outputs = {} if output is None else {"arn": {"expression": output}}
    contents = {"resources": [configured("aws_ssm_parameter.p", {})], "outputs": outputs}
    worker.calls = {"a": {"expressions": {"queue": references(f"{QUEUE}.arn")}, "module": contents, **call}}
    if inner is not None:
        worker.modules = {"module.a": inner}
    return worker


PARAMETER = planned("aws_ssm_parameter.p", {}, module="module.a")


@pytest.mark.parametrize("inner", [None, [PARAMETER]], ids=["without resources", "with resources"])
def test_an_output_is_followed_through_a_variable(inner: list[Json] | None) -> None:
    assert source_of(in_module(references("var.queue"), inner)) == QUEUE


def test_output_of_a_module_without_instances_is_not_followed() -> None:
    assert source_of(in_module(references("var.queue"), count_expression=references("var.n"))) is None


@pytest.mark.parametrize("names", [["module.a.arn"], ["var.loop"], ["module.b.arn", "var.queue"], ["local.x"]])
def test_cycles_and_missing_references_are_not_followed(names: list[str]) -> None:
    worker = in_module(references(*names, *names), [PARAMETER])
    worker.calls["a"]["expressions"]["loop"] = references("module.a.arn", "local.x", "module.a.arn", "local.y", "module.a.arn")
    assert source_of(worker) is None


def test_branching_cycles_are_followed_once() -> None:
    """Each turn branches in two. Without memoization that is 2 to the power of 25 steps."""
    worker = in_module(references("var.one", "var.two"), [PARAMETER])
    worker.calls["a"]["expressions"] |= dict.fromkeys(("one", "two"), references("module.a.arn"))
    assert source_of(worker) is None


def test_outputs_that_fan_out_are_followed_once() -> None:
    """Each output refers to the previous one twice. Without memoization that is 2 to the power of 40 steps."""
    worker = in_module(references("var.queue"), [PARAMETER])
    for number in range(40):
        previous = f"module.m{number - 1}.arn" if number else "module.a.arn"
        twice = references("var.one", "var.two")
        call = {"expressions": {"one": references(previous), "two": references(previous)}}
        worker.calls[f"m{number}"] = {**call, "module": {"outputs": {"arn": {"expression": twice}}}}
    worker.write(MAPPING, "event_source_arn", references("module.m10.arn"))
    assert source_of(worker) == QUEUE
    worker.write(MAPPING, "event_source_arn", references("module.m39.arn"))
    assert source_of(worker) is None, "too many references to follow"


def test_unknown_role_or_function_is_skipped() -> None:
    worker = Worker().write(FUNCTION, "role", references("local.role"))
    assert {"QL207", "QL208"} <= skipped_rules(worker.plan())
    worker = Worker().write(MAPPING, "function_name", references("local.function"))
    assert {"QL001", "QL201", "QL207"} <= skipped_rules(worker.plan())
    assert pipeline(worker.plan()).function.address == f"the function of {MAPPING}"


def test_mapping_that_cannot_be_followed_can_add_queues_to_a_function() -> None:
    """QL208 then has no findings about other queues: one of them can be the function's own."""
    worker = Worker().add(
        "aws_lambda_event_source_mapping.other",
        {},
        {"event_source_arn": references("local.queue"), "function_name": references(f"{FUNCTION}.arn")},
        ("event_source_arn", "function_name"),
    )
    assert pipeline(Worker().plan()).function.source_arns is not None
    assert pipeline(worker.plan()).function.source_arns is None


def test_consumer_of_a_dlq_is_found() -> None:
    worker = Worker()
    for name in ("again", "third"):
        to = {"event_source_arn": references(f"{DLQ}.arn"), "function_name": references(f"{FUNCTION}.arn")}
        worker.add(f"aws_lambda_event_source_mapping.{name}", {}, to, ("event_source_arn", "function_name"))
    queues = {each.queue.address: each.queue.consumers for each in reading(worker.plan()).pipelines}
    assert queues[DLQ] == ("aws_lambda_event_source_mapping.again", "aws_lambda_event_source_mapping.third")
    assert "QL114" in rules_found(worker.plan())


def test_mapping_waits_for_its_policy_if_the_function_depends_on_it() -> None:
    inline = "aws_iam_role_policy.work"
    statement = '{"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"' + f'{ACCOUNT}:work"' + "}}"
    worker = Worker().add(inline, {"policy": statement}, {"role": references(f"{ROLE}.id")}, ("role",))
    assert pipeline(worker.plan()).mapping.waits_for_policy is False
    worker.more[FUNCTION] = {"depends_on": [inline]}
    assert pipeline(worker.plan()).mapping.waits_for_policy is True
    worker.more = {MAPPING: {"count_expression": references("local.create")}}
    assert pipeline(worker.plan()).mapping.waits_for_policy == Unknown(f"the dependencies of {MAPPING} through locals")
