"""CloudWatch's alarms in the rules' model, for cases that the emulator does not have."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.readers.deployed import alarms
from queuesmith.readers.deployed import current_state as now
from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.rules import Dialect, Metric, Unknown
from queuesmith.rules.alarms import Expression


def watching(**alarm: Any) -> dict[str, Any]:
    """An alarm in CloudWatch's format."""
    dimensions = [{"Name": "QueueName", "Value": "orders"}]
    return {"AlarmName": "a", "Namespace": "AWS/SQS", "MetricName": "Age", "Dimensions": dimensions, **alarm}


class Alarms:
    """A worker with these alarms."""

    def __init__(self, *found: dict[str, Any]) -> None:
        self.names, self.connection, self._found = self, self, found
        self.environment: str | None = None
        self.function: str | None = None

    def client(self, _: str) -> Alarms:
        return self

    get_paginator = client

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        composite = [each for each in self._found if "AlarmRule" in each]
        return [{"MetricAlarms": [each for each in self._found if each not in composite], "CompositeAlarms": composite}]

    def read(self) -> list[Any]:
        parts = {("AWS/SQS", "orders"): "queue", ("AWS/Lambda", "orders"): "function"}
        worker: Any = self
        return list(alarms.alarms_of(worker, parts, lambda name: PartIdentity(address=name, dialect=Dialect.DEPLOYED)))

    def names_of(self, part: str) -> list[str]:
        """The names of the alarms on a part, and of the composite alarms that contain them."""
        worker: Any = self
        return [each.name for each in now.alarm_states(worker, [part])]


def test_alarm_is_matched_by_namespace_if_names_are_equal() -> None:
    (found,) = Alarms(watching(Threshold=5.0, Period=60, EvaluationPeriods=3, AlarmActions=["topic"])).read()
    assert found.metrics == (Metric("Age", "queue"),)
    assert (found.threshold, found.period, found.evaluation_periods, found.has_action) == (5, 60, 3, True)


def test_expression_has_its_metrics_with_their_ids_and_statistics() -> None:
    watched = {"Namespace": "AWS/Lambda", "Dimensions": [{"Name": "FunctionName", "Value": "orders"}]}
    queries = [
        {"Id": query, "MetricStat": {"Metric": {**watched, "MetricName": name}, "Period": 300, "Stat": "Sum"}}
        for query, name in (("e", "Errors"), ("i", "Invocations"))
    ]
    alarm: dict[str, Any] = {
        "AlarmName": "a",
        "Metrics": [{"Id": "r", "Expression": "100 * e / i"}, *queries],
        "Threshold": 2.5,
    }
    (found,) = Alarms(alarm).read()
    assert found.metrics == (Metric("Errors", "function", "Sum", "e"), Metric("Invocations", "function", "Sum", "i"))
    assert (found.threshold, found.expression, found.period) == (None, Expression("100 * e / i", 2.5), 300)
    (found,) = Alarms({**alarm, "Metrics": [*alarm["Metrics"], {"Id": "s", "Expression": "r / 2"}]}).read()
    assert found.expression is None, "it is not known which one is compared"


def test_fractional_threshold_is_skipped() -> None:
    (found,) = Alarms(watching(Threshold=0.5)).read()
    assert found.threshold == Unknown("the threshold of a, which is not a whole number")


@pytest.mark.parametrize("rule", ["ALARM(a)", 'ALARM("a")', 'ALARM("arn:aws:x:a")', 'ALARM("a") AND OK("b")'])
def test_composite_alarm_notifies_for_its_parts(rule: str) -> None:
    composite = {"AlarmName": "page", "AlarmRule": rule, "AlarmActions": ["topic"]}
    assert [each.has_action for each in Alarms(watching(), composite).read()] == [True]
    assert Alarms(watching(), composite).names_of("orders") == ["a", "page"]
    assert [each.has_action for each in Alarms(watching(), {**composite, "ActionsEnabled": False}).read()] == [False]


def test_composite_alarm_does_not_cover_alarms_with_similar_names() -> None:
    composite = {"AlarmName": "page", "AlarmRule": 'ALARM("a-b") OR ALARM("b-a")', "AlarmActions": ["topic"]}
    found = Alarms(watching(), composite)
    assert [each.has_action for each in found.read()] == [False]
    assert found.names_of("orders") == ["a"]


def test_own_alarms_on_other_metrics_are_the_workers() -> None:
    """The metrics of handlers, logs and mappings name neither a queue nor a function."""
    on_log = {"AlarmName": "dev-orders-memory", "Namespace": "queuesmith/dev-orders", "MetricName": "MaxMemoryUsed"}
    found = Alarms(on_log, {**on_log, "AlarmName": "dev-orders-eu-memory"})
    assert found.names_of("dev-orders") == []
    found.environment, found.function = "dev", "dev-orders"
    assert found.names_of("dev-orders") == ["dev-orders-memory"]
