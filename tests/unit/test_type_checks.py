"""A wrong type causes the same error as with the unpatched bindings, the first time and every time."""

from __future__ import annotations

import typing
from types import ModuleType
from typing import Any

import cdktf
import constructs
import pytest
import typeguard
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction, LambdaFunctionEnvironment
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from hypothesis import given
from hypothesis import strategies as st

from queuesmith.fast_cdktf import type_checks

MADE = (
    CloudwatchMetricAlarm,
    IamRolePolicy,
    LambdaEventSourceMapping,
    LambdaFunction,
    SqsQueue,
    cdktf.TerraformAsset,
)
TYPES = [
    *{str(hint): hint for kind in MADE for hint in typing.get_type_hints(kind.__init__).values()}.values(),
    bytes,
    float,
    dict,
    Any,
    typing.Literal["a", 1],
]
"""Types from real constructors, and some that no constructor has."""


class Kind(cdktf.TerraformElement):
    """Valid where its base class is. Never instantiated, because that would start Node."""


class Half(float):
    """A subclass of float."""


VALUES: list[Any] = [
    "text", "", 0, 1, True, False, 1.5, -8.1e298, None, b"bytes", {}, {"a": "b"}, {"a": 1}, {1: "a"}, [], ["a"], ["a", 1],
    ("a",), {"a"}, LambdaFunctionEnvironment(variables={}), [LambdaFunctionEnvironment()], [{"variables": {}}],
    object(), str, cdktf.AssetType.FILE, Half(2), Kind.__new__(Kind), cdktf.TerraformStack.__new__(cdktf.TerraformStack),
]  # fmt: skip


def ordinary(argname: str, value: object, expected_type: Any) -> None:
    """The check, called as in the generated modules."""
    typeguard.check_type(argname=argname, value=value, expected_type=expected_type)


fast = type_checks._fast(ordinary)


def verdict(check: Any, value: object, expected: Any) -> str | None:
    try:
        check(argname="argument x", value=value, expected_type=expected)
    except TypeError as error:
        return str(error)
    return None


@given(st.sampled_from(TYPES), st.sampled_from(VALUES))
def test_every_value_is_checked_as_before(expected: Any, value: object) -> None:
    before = verdict(ordinary, value, expected)
    assert verdict(fast, value, expected) == before
    assert verdict(fast, value, expected) == before, "also when the type is known"


def test_values_include_valid_and_invalid_ones() -> None:
    verdicts = [verdict(fast, value, expected) is None for expected in TYPES for value in VALUES]
    assert 100 < sum(verdicts) < len(verdicts) - 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": 5}, "type of argument name must be one of (str, NoneType); got int instead"),
        ({"delay_seconds": "5"}, "type of argument delay_seconds must be one of (int, float, NoneType); got str instead"),
        ({"nmae": "x"}, "SqsQueue.__init__() got an unexpected keyword argument 'nmae'"),
    ],
)
def test_repeated_mistake_is_a_type_error_each_time(arguments: dict[str, Any], message: str) -> None:
    stack = cdktf.TerraformStack(cdktf.Testing.app(), "test")
    SqsQueue(stack, "good", name="x", delay_seconds=5, tags={"a": "b"})
    for number in range(2):
        with pytest.raises(TypeError) as error:
            SqsQueue(stack, f"bad-{number}", **arguments)
        assert str(error.value) == message


def test_an_argument_that_is_missing_is_a_type_error() -> None:
    stack = cdktf.TerraformStack(cdktf.Testing.app(), "test")
    with pytest.raises(TypeError, match="missing 2 required keyword-only arguments: 'function_name' and 'role'"):
        LambdaFunction(stack, "function")  # type: ignore[call-arg]


def test_the_checks_of_all_generated_modules_are_fast() -> None:
    from cdktf_cdktf_provider_aws.glacier_vault import GlacierVault  # no other module here imports this one

    made: list[Any] = [cdktf.TerraformStack, constructs.Construct, GlacierVault, *MADE]
    modules = [kind.__init__.__globals__ for kind in made]
    assert {module["check_type"].__module__ for module in modules} == {"queuesmith.fast_cdktf.type_checks"}
    assert {module["typing"] for module in modules} == {type_checks._typing}


def test_unexpected_module_keeps_its_own_check() -> None:
    def other(value: object) -> None: ...

    for contents in ({"typing": typing}, {"typing": typing, "check_type": other}, {"check_type": ordinary}):
        module = ModuleType("generated")
        vars(module).update(contents)
        before = dict(vars(module))
        type_checks.install_fast_type_checks(module)
        assert vars(module) == before
