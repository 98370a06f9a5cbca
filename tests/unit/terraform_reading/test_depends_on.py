"""Dependencies between resources in a plan's configuration."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.rules import Unknown
from tests.plans import configured, planned, references
from tests.unit.terraform_reading.checking import ACCOUNT, CONSUME, allow, pipeline, policy
from tests.unit.terraform_reading.worker import FUNCTION, MAPPING, QUEUE, ROLE, Worker

INLINE = "aws_iam_role_policy.work"
CAN_CONSUME = policy(allow(CONSUME, f"{ACCOUNT}:work"))


def waits(worker: Worker) -> object:
    return pipeline(worker.plan()).mapping.waits_for_policy


def test_mapping_waits_for_a_whole_module_and_its_child_modules() -> None:
    worker = Worker()
    inner = {"resources": [configured(INLINE, {"role": {"constant_value": "work"}})]}
    worker.calls = {"outer": {"module": {"module_calls": {"inner": {"module": inner}}}}}
    entry = planned(INLINE, {"policy": CAN_CONSUME, "role": "work"}, module="module.outer.module.inner")
    worker.modules = {"module.outer.module.inner": [entry]}
    assert waits(worker) is False
    worker.more = {MAPPING: {"depends_on": ["module.outer"]}}
    assert waits(worker) is True


@pytest.mark.parametrize("call", [{"depends_on": [INLINE]}, {"count_expression": references(f"{INLINE}.id")}])
def test_resources_of_a_module_wait_for_its_dependencies(call: Any) -> None:
    worker = Worker().add(INLINE, {"policy": CAN_CONSUME}, {"role": references(f"{ROLE}.id")}, ("role",))
    for part in ("values", "unknown", "written"):
        getattr(worker, part).pop(MAPPING)
    written = {"event_source_arn": references("var.queue"), "function_name": references("var.function")}
    given = {"queue": references(f"{QUEUE}.arn"), "function": references(f"{FUNCTION}.arn")}
    worker.calls = {"a": {"expressions": given, "module": {"resources": [configured(MAPPING, written)]}}}
    worker.modules = {"module.a": [planned(MAPPING, {}, ("event_source_arn", "function_name"), module="module.a")]}
    assert waits(worker) is False
    worker.calls["a"] |= call
    assert waits(worker) is True


def test_policy_that_cannot_be_read_leaves_waiting_unknown() -> None:
    worker = Worker().add(INLINE, {"policy": CAN_CONSUME}, {"role": references(f"{ROLE}.id")}, ("role",))
    given = {"role": references(f"{ROLE}.id"), "policy": references("local.policy")}
    worker.add("aws_iam_role_policy.other", {}, given, ("role", "policy"))
    assert waits(worker) is False
    worker.more = {FUNCTION: {"depends_on": ["aws_iam_role_policy.other"]}}
    assert waits(worker) == Unknown(f"the policy that lets {ROLE} receive from the queue")
    worker.more = {FUNCTION: {"depends_on": [INLINE]}}
    assert waits(worker) is True
