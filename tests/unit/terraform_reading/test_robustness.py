"""Any file is either checked or refused: only UsageError is raised."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queuesmith.common.errors import UsageError
from tests.checking import check_document
from tests.plans import Json, generated_plan, planned, references
from tests.unit.terraform_reading.synthesized import stack
from tests.unit.terraform_reading.two_plans import first_plan, second_plan
from tests.unit.terraform_reading.worker import MAPPING, QUEUE, Worker

BASES = [first_plan(), second_plan(), generated_plan(2), stack()]
MANY = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
NASTY_POLICY = {
    "Statement": [1, {"Effect": 1, "Action": {"a": 1}, "Resource": [[1]], "Principal": [1], "Condition": {"a": [1]}}]
}
TEXTS = st.sampled_from(
    [
        *(
            "",
            "x",
            "${",
            "${aws_sqs_queue.work.arn}",
            "${var.x",
            "aws_sqs_queue.queue[",
            "arn:",
            "arn:aws:sqs:::",
            "python3.13",
        ),
        *("\ud800", "\x00", "a/" * 3_000, "1" * 5_000, "[" * 20_000, "NaN", "-9", "{}", "[]"),
        *('{"Statement":{}}', '{"maxReceiveCount":1e999}', json.dumps(NASTY_POLICY)),
    ]
)
NUMBERS = st.sampled_from((0, -1, 1, 1.5, 10**30, 10**4000, -1e308, float("inf"), float("nan")))
EXPRESSIONS: st.SearchStrategy[Json] = st.lists(
    st.sampled_from(
        ("var.", "var.name", "each.value", "each.key", "module.x", "module.x[0].y", "local.a", "data.", "a.b.c", "", ".")
    )
    | st.sampled_from((None, 1, [])),
    max_size=4,
).map(lambda names: {"references": names})
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | EXPRESSIONS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.sampled_from(("address", "values")), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ("address", "type", "name", "mode", "index", "values", "references", "expressions", "dynamic", "//", "x")
)


def check_or_refuse(content: Any) -> None:
    """Check the content. Suppresses UsageError only."""
    with contextlib.suppress(UsageError):
        check_document(json.dumps(content).encode("utf-8", "surrogatepass"))


def places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every dict and list in a document, with each of its keys."""
    stack = [content]
    while stack:
        here = stack.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
        for key in keys:
            yield here, key
            stack.append(here[key])


@MANY
@given(data=st.data())
def test_plan_with_junk_anywhere_is_checked_or_refused(data: st.DataObject) -> None:
    content = copy.deepcopy(data.draw(st.sampled_from(BASES)))
    for _ in range(data.draw(st.integers(1, 6))):
        every = list(places(content))
        if not every:
            break
        here, key = every[data.draw(st.integers(0, len(every) - 1))]
        what = data.draw(st.sampled_from(("replace", "replace", "delete", "rename", "copy")))
        if what == "delete":
            del here[key]
        elif what == "rename" and isinstance(here, dict):
            here[data.draw(KEYS)] = here.pop(key)
        elif what == "copy":
            there, other = every[data.draw(st.integers(0, len(every) - 1))]
            here[key] = copy.deepcopy(there[other]) if isinstance(there, list) or other in there else None
        else:
            here[key] = data.draw(JSON)
    check_or_refuse(content)


@MANY
@given(
    content=JSON
    | st.dictionaries(st.sampled_from(("resource", "data", "module", "locals", "provider", "planned_values")), JSON)
)
def test_any_json_is_checked_or_refused(content: Any) -> None:
    check_or_refuse(content)


@MANY
@given(content=st.binary(max_size=200))
def test_any_bytes_are_checked_or_refused(content: bytes) -> None:
    with contextlib.suppress(UsageError):
        check_document(content)


@pytest.mark.parametrize("part", ["configuration", "planned_values", "prior_state"])
@pytest.mark.parametrize("depth", [20, 100, 10_000])
def test_deep_nesting_is_checked_or_refused(part: str, depth: int) -> None:
    deep = '{"root_module":{"resources":[{"expressions":' + '[{"a":' * depth + "1" + "}]" * depth + "}]}}"
    text = json.dumps({**first_plan(), part: "HERE"}).replace('"HERE"', deep)
    if depth < 10_000:
        check_document(text.encode())
    else:
        with pytest.raises(UsageError, match=r"^plan\.json is nested too deeply to be a plan\. "):
            check_document(text.encode())


def test_repeated_address_is_one_resource() -> None:
    content = Worker().plan()
    root = content["planned_values"]["root_module"]
    root["resources"] += copy.deepcopy(root["resources"])
    assert len(check_document(content).files[0].pipelines) == 1


def test_self_references_are_checked() -> None:
    worker = Worker().write(QUEUE, "redrive_policy", references(f"{QUEUE}.arn"))
    worker.write(MAPPING, "event_source_arn", references(f"{MAPPING}.event_source_arn"))
    worker.more = {MAPPING: {"depends_on": [MAPPING], "for_each_expression": references("each.value")}}
    check_or_refuse(worker.plan())


def test_modules_that_call_each_other_are_checked() -> None:
    worker = Worker().write(MAPPING, "event_source_arn", references("module.a.x"))
    loop: Json = {"outputs": {"x": {"expression": references("var.y", "module.b.x")}}}
    loop["module_calls"] = {"b": {"expressions": {"y": references("var.y")}, "module": {"outputs": loop["outputs"]}}}
    worker.calls = {"a": {"expressions": {"y": references("module.a.x")}, "module": loop, "depends_on": ["module.a"]}}
    worker.modules = {"module.a": [planned("aws_ssm_parameter.p", {}, module="module.a")]}
    check_or_refuse(worker.plan())


@pytest.mark.parametrize("pattern", ["*a" * 2_000, "?*" * 2_000, "arn:*:*:*:*:" + "*a" * 2_000])
def test_pattern_of_many_wildcards_is_fast(pattern: str) -> None:
    statement = {"Effect": "Allow", "Action": pattern, "Resource": pattern, "Principal": pattern}
    worker = Worker().write(QUEUE, "policy", {}, known=json.dumps({"Statement": statement}))
    worker.write(QUEUE, "name", {}, known="a" * 2_000)
    check_or_refuse(worker.plan())
