"""Unknown stays unknown: an unreadable value causes no finding, and the rule is reported as skipped."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.rules import Unknown
from tests.plans import references
from tests.unit.terraform_reading.checking import ACCOUNT, CONSUME, allow, pipeline, policy, rules_found, skipped_rules
from tests.unit.terraform_reading.worker import DLQ, FUNCTION, MAPPING, QUEUE, ROLE, Worker

INLINE, DOCUMENT = "aws_iam_role_policy.work", "data.aws_iam_policy_document.work"
GROUP, ALARM = "aws_cloudwatch_log_group.work", "aws_cloudwatch_metric_alarm.work"
ATTACHED = "aws_iam_role_policy_attachments_exclusive.work"
STATEMENT = {"actions": CONSUME, "resources": [None]}
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
CONSUMER = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"


def with_inline(text: str) -> Worker:
    return Worker().add(INLINE, {"policy": text}, {"role": references(f"{ROLE}.id")}, ("role",))


def with_document(statements: list[Any], written: list[Any], unknown: Any) -> Worker:
    """A role whose policy comes from a policy document that Terraform reads during apply."""
    to = {"role": references(f"{ROLE}.id"), "policy": references(f"{DOCUMENT}.json")}
    worker = Worker().add(INLINE, {}, to, ("role", "policy"))
    worker.add(DOCUMENT, {"statement": statements}, {"statement": written}, ("json",))
    worker.unknown[DOCUMENT]["statement"] = unknown
    return worker


@pytest.mark.parametrize(
    ("resource", "is_known"),
    [
        (f"{ACCOUNT}:work", True),
        ("arn:aws:sqs:*:*:wo*", True),
        ("arn:aws:sqs:*", True),
        ("*", True),
        (f"{ACCOUNT}:other", False),
    ],
)
def test_literal_arn_is_compared_with_the_name(resource: str, *, is_known: bool) -> None:
    content = with_inline(policy(allow(CONSUME, resource))).plan()
    assert ("QL207" not in rules_found(content)) is is_known
    assert "QL207" not in skipped_rules(content)


def test_literal_arn_is_not_compared_with_an_unknown_name() -> None:
    worker = with_inline(policy(allow(CONSUME, f"{ACCOUNT}:work")))
    worker.write(QUEUE, "name", references("random_id.suffix.hex"))
    assert "QL207" in skipped_rules(worker.plan())
    assert "QL207" not in rules_found(worker.plan())
    everywhere = with_inline(policy(allow(CONSUME, "arn:aws:sqs:*:*:*"))).write(QUEUE, "name", references("local.name"))
    assert "QL207" not in rules_found(everywhere.plan()) | skipped_rules(everywhere.plan())


def test_iam_variables_match_any_text() -> None:
    content = with_inline(policy(allow(CONSUME, f"{ACCOUNT}:${{aws:PrincipalTag/queue}}"))).plan()
    assert "QL207" not in rules_found(content) | skipped_rules(content)


def test_blocks_of_a_document_are_read_with_their_references() -> None:
    written = [{"actions": {"constant_value": CONSUME}, "resources": references(f"{QUEUE}.arn")}]
    unknown = [{"actions": [False] * 3, "resources": [True]}]
    content = with_document([STATEMENT], written, unknown).plan()
    assert "QL207" not in rules_found(content) | skipped_rules(content)
    elsewhere = with_document([STATEMENT], [{**written[0], "resources": references(f"{DLQ}.arn")}], unknown).plan()
    assert "QL207" in rules_found(elsewhere)


def test_list_with_more_unknowns_than_references_is_incomplete() -> None:
    written = [{"actions": {"constant_value": CONSUME}, "resources": references(f"{DLQ}.arn")}]
    one = with_document([STATEMENT], written, [{"resources": [True]}]).plan()
    two = with_document([{**STATEMENT, "resources": [None, None]}], written, [{"resources": [True, True]}]).plan()
    assert "QL207" in rules_found(one)
    assert "QL207" in skipped_rules(two) - rules_found(two)


@pytest.mark.parametrize(
    ("written", "unknown"),
    [
        ([], [{"resources": [True]}]),  # a dynamic block, which is not in Terraform's JSON
        ([{"actions": {}, "resources": references("local.queue")}], [{"resources": [True]}]),
        ([{"actions": references("local.actions"), "resources": {}}], [{"actions": True}]),
        ([{"effect": references("local.effect")}], [{"effect": True}]),
        (references("local.statements"), True),
    ],
)
def test_document_that_cannot_be_read_is_skipped(written: Any, unknown: Any) -> None:
    content = with_document([STATEMENT], written, unknown).plan()
    assert "QL207" in skipped_rules(content)
    assert "QL207" not in rules_found(content)


@pytest.mark.parametrize("name", ["source_policy_documents", "override_policy_documents", "source_json", "override_json"])
def test_merged_policy_document_is_skipped(name: str) -> None:
    written = [{"actions": {"constant_value": CONSUME}, "resources": references(f"{DLQ}.arn")}]
    worker = with_document([STATEMENT], written, [{"resources": [True]}])
    assert "QL207" in rules_found(worker.plan())
    worker.write(DOCUMENT, name, references("local.others"), known=["{}"])
    assert "QL207" in skipped_rules(worker.plan()) - rules_found(worker.plan())


@pytest.mark.parametrize("key", ["not_resources", "NotResource"])
@pytest.mark.parametrize(("excepted", "lacks"), [("other", False), ("work", True)])
def test_not_resources_statement_covers_all_others(key: str, excepted: str, *, lacks: bool) -> None:
    arn = f"{ACCOUNT}:{excepted}"
    if key == "NotResource":
        content = with_inline(policy({"Effect": "Allow", "Action": CONSUME, key: arn})).plan()
    else:
        written = [{"actions": {"constant_value": CONSUME}, key: {"constant_value": [arn]}}]
        content = with_document([{"actions": CONSUME, key: [arn]}], written, [{}]).plan()
    assert ("QL207" in rules_found(content)) is lacks
    assert "QL207" not in skipped_rules(content)


def test_dynamic_block_does_not_take_references_of_the_next_block() -> None:
    written = [{"actions": {"constant_value": CONSUME}, "resources": references(f"{DLQ}.arn")}]
    unknown = [{"resources": [True]}, {"resources": [True]}]
    content = with_document([STATEMENT, STATEMENT], written, unknown).plan()
    assert "QL207" in skipped_rules(content)
    assert "QL207" not in rules_found(content)


@pytest.mark.parametrize(
    ("names", "values", "unknown", "can"),
    [
        ((), [CONSUMER], {}, True),
        ((), [BASIC], {}, False),
        (("aws_iam_policy.work.arn",), [BASIC, None], {"policy_arns": [False, True]}, True),
        (("aws_iam_policy.work.arn",), None, {"policy_arns": True}, True),
        (("local.arns",), None, {"policy_arns": True}, None),
        (("aws_iam_policy.work.arn", "local.arn"), [None, None], {"policy_arns": [True, True]}, None),
    ],
)
def test_known_exclusive_attachments_are_read(names: tuple[str, ...], values: Any, unknown: Any, *, can: bool | None) -> None:
    text = policy(allow(CONSUME if can else ["s3:GetObject"], f"{ACCOUNT}:work"))
    worker = Worker().add("aws_iam_policy.work", {"policy": text, "name": "work"}, {"name": "work"}, ("arn",))
    given = {"role_name": references(f"{ROLE}.name"), "policy_arns": references(*names)}
    worker.add(ATTACHED, {"role_name": "work", "policy_arns": values}, given)
    worker.unknown[ATTACHED] = unknown
    broken, left = rules_found(worker.plan()), skipped_rules(worker.plan())
    assert ("QL207" in broken, "QL207" in left) == (can is False, can is None)


def test_policy_of_an_unknown_role_can_be_of_this_role() -> None:
    given = {"role": references("local.role"), "policy_arn": {"constant_value": BASIC}}
    worker = Worker().add("aws_iam_role_policy_attachment.other", {"policy_arn": BASIC}, given, ("role",))
    assert "QL207" in rules_found(Worker().plan())
    assert "QL207" in skipped_rules(worker.plan()) - rules_found(worker.plan())
    many = {"roles": references("local.roles"), "policy_arn": {"constant_value": BASIC}}
    worker = Worker().add("aws_iam_policy_attachment.other", {"policy_arn": BASIC}, many, ("roles",))
    assert "QL207" in skipped_rules(worker.plan()) - rules_found(worker.plan())


def test_dynamic_inline_policy_is_read_in_addition_to_attachments() -> None:
    worker = with_inline(policy(allow(["s3:GetObject"], "arn:aws:s3:::bucket/*")))
    worker.values[INLINE]["name"] = "objects"
    worker.values[ROLE]["inline_policy"] = [{"name": "consume", "policy": policy(allow(CONSUME, f"{ACCOUNT}:work"))}]
    worker.unknown[ROLE].pop("inline_policy")
    assert "QL207" not in rules_found(worker.plan()) | skipped_rules(worker.plan())


@pytest.mark.parametrize("name", ["redrive_policy", "redrive_allow_policy"])
def test_redrive_policy_in_a_local_is_skipped(name: str) -> None:
    worker = Worker().write(QUEUE, "redrive_policy", references("local.redrive")).write(DLQ, name, references("local.x"))
    assert {"QL005", "QL006", "QL007", "QL017"} <= skipped_rules(worker.plan())
    assert "QL004" not in rules_found(worker.plan())


def test_max_receive_count_can_be_a_local() -> None:
    joined = pipeline(Worker().write(QUEUE, "redrive_policy", references("local.count", f"{DLQ}.arn")).plan())
    assert getattr(joined.dead_letter_queue, "address", None) == DLQ


def test_log_group_with_an_unknown_name_can_be_the_functions() -> None:
    worker = Worker().add(GROUP, {"retention_in_days": 30}, {"name": references("local.name")}, ("name",))
    assert "QL206" in rules_found(Worker().plan())
    assert "QL206" in skipped_rules(worker.plan()) - rules_found(worker.plan())


def test_log_group_named_in_a_dynamic_block_is_found() -> None:
    worker = Worker()
    worker.values[FUNCTION]["logging_config"] = [{"log_group": "/custom/work", "log_format": "Text"}]
    assert "QL206" in skipped_rules(worker.plan())
    worker.add(GROUP, {"name": "/custom/work", "retention_in_days": 30}, {"name": "/custom/work"})
    assert getattr(pipeline(worker.plan()).log_group, "address", None) == GROUP


@pytest.mark.parametrize(("names", "watches"), [([f"{QUEUE}.name"], True), (["local.name"], True), ([f"{DLQ}.name"], False)])
def test_alarm_with_unknown_dimensions_can_watch_any_queue(names: list[str], *, watches: bool) -> None:
    values = {"namespace": "AWS/SQS", "metric_name": "ApproximateAgeOfOldestMessage", "period": 60, "evaluation_periods": 1}
    worker = Worker().add(ALARM, values, {"dimensions": references(*names)}, ("dimensions",))
    watched = [metric.of for alarm in pipeline(worker.plan()).readable_alarms() for metric in alarm.metrics]
    assert ("queue" in watched) is watches


@pytest.mark.parametrize(
    ("key", "arns"),
    [
        ("alias/ours", ()),
        ("arn:aws:kms:eu-central-1:111111111111:alias/ours", ()),
        ("0f0f", ("arn:*:kms:*:*:key/0f0f",)),
        ("arn:aws:kms:eu-central-1:111111111111:key/0f0f", ("arn:aws:kms:eu-central-1:111111111111:key/0f0f",)),
    ],
)
def test_key_outside_the_file_is_known_by_its_arn_but_not_by_alias(key: str, arns: tuple[str, ...]) -> None:
    worker = Worker().write(QUEUE, "kms_master_key_id", {"constant_value": key}, known=key)
    found = pipeline(worker.plan()).kms_key
    assert getattr(found, "arns", None) == arns
    assert ("QL209" in skipped_rules(worker.plan())) is (not arns)


def test_unknown_code_sources_are_ignored() -> None:
    """Modules often set all of them, and all but one are null."""
    worker = Worker().write(FUNCTION, "filename", references("local.filename"))
    worker.write(FUNCTION, "s3_bucket", references("local.bucket"))
    assert pipeline(worker.plan()).function.code == ("filename",)
    worker.write(FUNCTION, "image_uri", {"constant_value": "image"}, known="image")
    assert pipeline(worker.plan()).function.code == ("image_uri",)


def test_unknown_destination_is_skipped() -> None:
    worker = Worker().write(MAPPING, "destination_config", references("local.destination"))
    assert "QL111" in skipped_rules(worker.plan()) - rules_found(worker.plan())
    worker.write(MAPPING, "destination_config", [{"on_failure": [{}]}], known=[{"on_failure": [{}]}])
    assert "QL111" in rules_found(worker.plan())


@pytest.mark.parametrize("value", ["soon", "1e400", "NaN", 1.5, True, [], {}, 10**30, -(10**400)])
def test_value_that_is_not_a_number_is_unknown(value: Any) -> None:
    worker = Worker().write(FUNCTION, "timeout", {"constant_value": value}, known=value)
    assert pipeline(worker.plan()).function.timeout == Unknown(f"{FUNCTION}.timeout")
    assert {"QL001", "QL201"} <= skipped_rules(worker.plan())
