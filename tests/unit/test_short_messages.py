"""Short messages to Node have the same meaning as jsii's own, and other releases of jsii are not patched.

test_bindings.py tests that whole stacks are the same, byte for byte.
"""

from __future__ import annotations

import importlib.util
import logging
from typing import Any

import jsii._kernel as kernel
import pytest
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
    LambdaEventSourceMappingFilterCriteria,
    LambdaEventSourceMappingFilterCriteriaFilter,
)
from jsii._kernel.providers import process

from queuesmith.fast_cdktf import messages


@pytest.fixture
def ordinary() -> Any:
    """jsii's own function, loaded from its source."""
    spec = importlib.util.spec_from_file_location(
        "jsii._kernel", str(kernel.__file__), submodule_search_locations=list(kernel.__path__)
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module._make_reference_for_native


def without_nothing(value: Any) -> Any:
    """The value without None: Node treats null like a missing value."""
    if isinstance(value, dict):
        return {key: without_nothing(each) for key, each in value.items() if each is not None}
    return [without_nothing(each) for each in value] if isinstance(value, list) else value


STRUCTS = {
    "struct": CloudwatchMetricAlarmMetricQuery(id="a", expression="a+b", return_data=True),
    "struct in a struct": CloudwatchMetricAlarmMetricQuery(
        id="b",
        metric=CloudwatchMetricAlarmMetricQueryMetric(
            metric_name="m", namespace="n", period=60, stat="Sum", dimensions={"QueueName": "q"}
        ),
    ),
    "list in a struct": LambdaEventSourceMappingFilterCriteria(
        filter=[LambdaEventSourceMappingFilterCriteriaFilter(pattern="{}")]
    ),
    "table": {"a": [1, 2.5, None, True], "b": {"c": "d"}},
    "empty list": [],
    "nothing": None,
}


@pytest.mark.parametrize("value", STRUCTS.values(), ids=STRUCTS)
def test_struct_is_sent_with_its_values(value: Any, ordinary: Any) -> None:
    given = messages._references(kernel)(kernel, value)
    assert without_nothing(given) == without_nothing(ordinary(kernel, value))


class Own(LambdaEventSourceMappingFilterCriteriaFilter):
    """A user's struct that returns another value than it was given."""

    @property
    def pattern(self) -> str:
        return "their own"


def test_users_own_struct_is_sent_by_jsii(ordinary: Any) -> None:
    given = messages._references(kernel)(kernel, Own(pattern="{}"))
    assert given["$jsii.struct"]["data"]["pattern"] == "their own"
    assert given == ordinary(kernel, Own(pattern="{}"))


def test_function_value_is_still_refused() -> None:
    with pytest.raises(Exception, match="Cannot pass function as argument here"):
        messages._references(kernel)(kernel, {"a": lambda: None})


def test_short_messages_are_used_with_this_release() -> None:
    assert process._NodeProcess.send.__module__ == "queuesmith.fast_cdktf.messages"
    assert kernel._make_reference_for_native.__module__ == "queuesmith.fast_cdktf.messages"


def test_other_jsii_release_is_not_patched(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    before = process._NodeProcess.send
    monkeypatch.setitem(messages.KNOWN, messages.KERNEL, "0" * 64)
    with caplog.at_level(logging.DEBUG, "queuesmith.fast_cdktf.messages"):
        messages.install_short_messages()
    assert process._NodeProcess.send is before
    assert caplog.messages == ["jsii is not the known release, so it writes its messages itself"]
