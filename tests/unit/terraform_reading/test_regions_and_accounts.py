"""A resource with the same name in another region or account is not the one in the file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plans import Json, references
from tests.unit.terraform_reading import synthesized
from tests.unit.terraform_reading.checking import CONSUME, allow, findings, pipeline, policy, rules_found
from tests.unit.terraform_reading.worker import DLQ, FUNCTION, MAPPING, QUEUE, ROLE, Worker

HERE, THERE = "eu-central-1", "us-east-1"
MINE, THEIRS = "111111111111", "222222222222"
FRANKFURT: Json = {"aws": {"region": {"constant_value": HERE}}}
BOTH: Json = {**FRANKFURT, "aws.us": {"region": {"constant_value": THERE}}}
NOT_SAID: Json = {"aws": {}, "aws.us": {}}


def queue_arn(region: str = HERE, account: str = MINE, name: str = "work") -> str:
    return f"arn:aws:sqs:{region}:{account}:{name}"


def literal(address: str, attribute: str, value: str) -> Worker:
    """A worker with a literal in place of a reference."""
    return Worker().write(address, attribute, {"constant_value": value}, known=value)


def planned(worker: Worker, providers: Json, **more: Any) -> Json:
    """The plan, with these providers by key, and their arguments."""
    content = worker.plan()
    content["configuration"]["provider_config"] = {key: {"expressions": written} for key, written in providers.items()}
    return content | more


def from_us(worker: Worker, *addresses: str) -> Worker:
    """The same worker, with some resources created by the other provider."""
    for address in addresses:
        worker.more[address] = {"provider_config_key": "aws.us"}
    return worker


def polled(worker: Worker, providers: Json, **more: Any) -> str:
    """The address of the pipeline's queue, or its ARN if it is not in the file."""
    return pipeline(planned(worker, providers, **more)).queue.address


@pytest.mark.parametrize(
    ("region", "account", "found"),
    [(HERE, MINE, True), (THERE, MINE, False), (HERE, THEIRS, True), (THERE, THEIRS, False)],
)
def test_a_queue_of_another_region_is_outside_the_file(region: str, account: str, *, found: bool) -> None:
    """The file does not name the account here."""
    arn = queue_arn(region, account)
    worker = literal(MAPPING, "event_source_arn", arn)
    assert polled(worker, FRANKFURT) == (QUEUE if found else arn)
    assert (QUEUE in {address for _, _, address in findings(planned(worker, FRANKFURT))}) == found


def identity(account: str) -> Json:
    values = {"account_id": account}
    entry = {
        "address": "data.aws_caller_identity.me", "mode": "data", "type": "aws_caller_identity", "name": "me", "values": values,
    }  # fmt: skip
    return {"prior_state": {"values": {"root_module": {"resources": [entry]}}}}


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        ({"allowed_account_ids": {"constant_value": [MINE]}}, {}),
        ({"allowed_account_ids": {"references": ["var.accounts"]}}, {"variables": {"accounts": {"value": [MINE]}}}),
        ({"assume_role": [{"role_arn": {"constant_value": f"arn:aws:iam::{MINE}:role/deploy"}}]}, {}),
        ({}, identity(MINE)),
    ],
    ids=["allowed", "a variable", "assumed", "identity"],
)
def test_a_queue_of_another_account_is_outside_the_file(arguments: Json, more: Json) -> None:
    providers = {"aws": {**FRANKFURT["aws"], **arguments}}
    assert polled(literal(MAPPING, "event_source_arn", queue_arn()), providers, **more) == QUEUE
    theirs = queue_arn(account=THEIRS)
    assert polled(literal(MAPPING, "event_source_arn", theirs), providers, **more) == theirs


def test_region_can_be_a_root_variable() -> None:
    providers = {"aws": {"region": {"references": ["var.region"]}}}
    variables = {"variables": {"region": {"value": HERE}}}
    worker = literal(MAPPING, "event_source_arn", queue_arn(THERE))
    assert polled(worker, providers, **variables) == queue_arn(THERE)
    assert polled(literal(MAPPING, "event_source_arn", queue_arn()), providers, **variables) == QUEUE


def test_unknown_region_is_not_guessed() -> None:
    """A provider has one region, so its mapping and its queue are in the same one. Two providers can have different regions."""
    worker = literal(MAPPING, "event_source_arn", queue_arn())
    assert polled(worker, NOT_SAID) == QUEUE
    assert polled(from_us(worker, MAPPING), NOT_SAID) == queue_arn()
    assert polled(from_us(worker, MAPPING), BOTH) == QUEUE


def test_resource_region_overrides_the_providers() -> None:
    """Provider 6 added this attribute."""
    worker = literal(MAPPING, "event_source_arn", queue_arn(THERE))
    worker.write(QUEUE, "region", {"constant_value": THERE}, known=THERE)
    assert polled(worker, FRANKFURT) == QUEUE
    worker.write(QUEUE, "region", references("local.region"))
    assert polled(worker, NOT_SAID) == queue_arn(THERE)


def test_referenced_resource_is_joined_in_any_region() -> None:
    worker = Worker().write(MAPPING, "function_name", references(f"{FUNCTION}.function_name"), known="work")
    assert pipeline(planned(from_us(worker, MAPPING), BOTH)).function.address == FUNCTION


@pytest.mark.parametrize("value", [f"arn:aws:lambda:{THERE}:{MINE}:function:work", f"{THEIRS}:function:work", "work"])
def test_function_of_another_region_or_account_is_outside_the_file(value: str) -> None:
    providers = {key: {**written, "allowed_account_ids": {"constant_value": [MINE]}} for key, written in BOTH.items()}
    worker = from_us(literal(MAPPING, "function_name", value), MAPPING)
    assert pipeline(planned(worker, providers)).function.address != FUNCTION
    assert pipeline(planned(from_us(worker, FUNCTION), providers)).function.address == (
        FUNCTION if THEIRS not in value else value
    )


def test_dlq_of_another_region_or_account_is_outside_the_file() -> None:
    redrive = f'{{"deadLetterTargetArn": "{queue_arn(THERE, name="dead")}", "maxReceiveCount": 5}}'
    worker = literal(QUEUE, "redrive_policy", redrive)
    dlq = pipeline(planned(worker, FRANKFURT)).dead_letter_queue
    assert getattr(dlq, "address", None) == queue_arn(THERE, name="dead")
    assert getattr(pipeline(planned(worker, {"aws": {}})).dead_letter_queue, "address", None) == DLQ


def test_role_of_another_account_is_outside_the_file() -> None:
    providers = {key: {**written, "allowed_account_ids": {"constant_value": [MINE]}} for key, written in BOTH.items()}
    for account, found in ((MINE, True), (THEIRS, False)):
        worker = from_us(literal(FUNCTION, "role", f"arn:aws:iam::{account}:role/work"), FUNCTION, MAPPING)
        worker.write(MAPPING, "function_name", references(f"{FUNCTION}.arn"))
        assert (getattr(pipeline(planned(worker, providers)).role, "address", None) == ROLE) == found


def test_queue_policy_of_another_region_does_not_apply() -> None:
    url = f"https://sqs.{THERE}.amazonaws.com/{MINE}/work"
    worker = Worker().add("aws_sqs_queue_policy.work", {"queue_url": url, "policy": policy()}, {"queue_url": url})
    worker.write(QUEUE, "policy", references("data.aws_iam_policy_document.tls.json"))
    assert pipeline(planned(worker, FRANKFURT)).queue.policy != ()
    worker.write("aws_sqs_queue_policy.work", "queue_url", {}, known=url.replace(THERE, HERE))
    assert pipeline(planned(worker, FRANKFURT)).queue.policy == ()


@pytest.mark.parametrize(("there", "watched"), [(False, 1), (True, 0)])
def test_an_alarm_of_another_region_does_not_watch_the_queue(there: bool, watched: int) -> None:
    values = {"namespace": "AWS/SQS", "metric_name": "x", "dimensions": {"QueueName": "work"}}
    worker = Worker().add("aws_cloudwatch_metric_alarm.a", values, {})
    content = planned(from_us(worker, *["aws_cloudwatch_metric_alarm.a"] * there), BOTH)
    assert len(pipeline(content).readable_alarms()) == watched


def test_permission_on_a_queue_of_another_region_does_not_apply() -> None:
    for region, found in ((HERE, False), (THERE, True)):
        given = {"role": references(f"{ROLE}.id")}
        worker = Worker().add(
            "aws_iam_role_policy.work", {"policy": policy(allow(CONSUME, queue_arn(region)))}, given, ("role",)
        )
        worker.unknown[ROLE] = {"arn": True, "id": True}
        assert ("QL207" in rules_found(planned(worker, FRANKFURT))) == found


@pytest.mark.parametrize(
    ("provider", "chosen", "found"),
    [
        ({}, {}, True),
        ({"region": HERE}, {}, True),
        ({"region": THERE}, {}, False),
        ({"region": "${var.region}"}, {}, True),
        ({"region": HERE, "allowed_account_ids": [THEIRS]}, {}, False),
        ({"region": HERE, "assume_role": [{"role_arn": f"arn:aws:iam::{THEIRS}:role/deploy"}]}, {}, False),
        ({"region": THERE}, {"provider": "aws.eu"}, True),
    ],
)
def test_regions_are_read_from_providers_in_json_syntax_too(provider: Json, chosen: Json, *, found: bool) -> None:
    content = synthesized.stack(
        aws_lambda_event_source_mapping__work={"event_source_arn": queue_arn()}, aws_sqs_queue__work=chosen
    )
    content["provider"] = {"aws": [provider, {"alias": "eu", "region": HERE}]}
    assert (pipeline(content).queue.address == QUEUE) == found
