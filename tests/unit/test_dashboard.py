"""The dashboard: CloudWatch's format, one row per worker, alarm states at the top."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from queuesmith.constructs.dashboard_body import WORKERS_A_DASHBOARD, DashboardRow, body
from tests.unit.conftest import Synthesized, Worker, only

SCHEMA = json.loads(Path(__file__).with_name("dashboard_schema.json").read_text())
ALARM = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:"
ALARMS = [f"{ALARM}{number}" for number in range(11)]
ROW = DashboardRow("orders", "prod-orders", "prod-orders-dlq", "prod-orders", 30, 50, ALARMS, "queuesmith")


def widgets(rows: list[DashboardRow]) -> list[dict[str, Any]]:
    content = json.loads(body("eu-west-1", rows))
    jsonschema.validate(content, SCHEMA)
    found: list[dict[str, Any]] = content["widgets"]
    return found


def titles(found: list[dict[str, Any]]) -> list[str]:
    return [widget["properties"].get("title", "") for widget in found if widget["type"] == "metric"]


def metric(found: list[dict[str, Any]], title: str) -> dict[str, Any]:
    (properties,) = [widget["properties"] for widget in found if widget["properties"].get("title") == title]
    graph: dict[str, Any] = properties
    return graph


@pytest.mark.parametrize("workers", [1, 2, WORKERS_A_DASHBOARD])
def test_body_is_valid_and_no_widgets_overlap(workers: int) -> None:
    found = widgets([replace(ROW, worker=f"worker-{number}") for number in range(workers)])
    for one, other in itertools.combinations(found, 2):
        beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        below = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
        assert beside or below, (one, other)
    assert all(widget["x"] + widget["width"] <= 24 for widget in found)
    assert len(found) <= 500
    assert sum(len(widget["properties"].get("metrics", [])) for widget in found) <= 2_500


def test_worker_has_a_row_for_its_queue_and_its_function() -> None:
    assert titles(widgets([ROW])) == [
        "Queue depth and age",
        "Sent and processed",
        "Time to drain",
        "Dead-letter queue",
        "Invocations and errors",
        "Throttles",
        "Duration",
        "Concurrent executions",
        "Queue wait",
    ]


def test_alarm_states_are_at_the_top_100_in_a_widget() -> None:
    found = widgets([replace(ROW, alarms=[f"{ALARM}{number}" for number in range(150)])])
    assert [len(widget["properties"]["alarms"]) for widget in found if widget["type"] == "alarm"] == [100, 50]
    assert [widget["type"] for widget in sorted(found, key=lambda widget: int(widget["y"]))[:3]] == ["alarm", "alarm", "text"]


def test_duration_and_concurrency_are_shown_against_their_limits() -> None:
    found = widgets([ROW])
    assert metric(found, "Duration")["annotations"]["horizontal"][0]["value"] == 30_000
    assert metric(found, "Concurrent executions")["annotations"]["horizontal"][0]["value"] == 50
    without = widgets([replace(ROW, timeout=None, concurrency_limit=None)])
    assert "annotations" not in metric(without, "Duration")
    assert "annotations" not in metric(without, "Concurrent executions")


def test_worker_without_a_known_dlq_has_no_dlq_graph() -> None:
    assert "Dead-letter queue" not in titles(widgets([replace(ROW, dead_letter_queue=None)]))


def test_schema_refuses_what_cloudwatch_refuses() -> None:
    content = json.loads(body("eu-west-1", [ROW]))
    content["widgets"][1]["properties"]["metrics"][0][-1]["stat"] = "median"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, SCHEMA)


def test_many_workers_have_several_dashboards(worker: Worker) -> None:
    from cdktf import TerraformStack
    from cdktf import Testing as Synthesis

    from queuesmith.constructs import QueueWorker
    from queuesmith.constructs.dashboard import Dashboard

    stack = TerraformStack(Synthesis.app(), "test")
    one = QueueWorker(stack, "one", worker())
    many = {f"worker-{number}": one for number in range(WORKERS_A_DASHBOARD + 1)}
    Dashboard(stack, "dashboard", "shop-workers", "eu-west-1", many)
    found = json.loads(Synthesis.synth(stack))["resource"]["aws_cloudwatch_dashboard"]
    assert found["dashboard"]["dashboard_name"] == "shop-workers", "the first one keeps its name"
    assert sorted(dashboard["dashboard_name"] for dashboard in found.values()) == ["shop-workers", "shop-workers-2"]
    shown = [json.loads(dashboard["dashboard_body"])["widgets"] for dashboard in found.values()]
    assert sorted(sum(widget["type"] == "text" for widget in widgets) for widgets in shown) == [1, WORKERS_A_DASHBOARD]


def test_dashboard_can_be_disabled(synthesized: Synthesized) -> None:
    dashboard = only(synthesized(), "aws_cloudwatch_dashboard")
    assert dashboard["dashboard_name"] == "test-workers"
    jsonschema.validate(json.loads(dashboard["dashboard_body"]), SCHEMA)
    assert "aws_cloudwatch_dashboard" not in synthesized(environment={"dashboard": False})["resource"]


def test_queue_wait_is_shown_if_it_has_a_threshold(synthesized: Synthesized) -> None:
    shown = only(synthesized(alarms={"queue_wait": 60}), "aws_cloudwatch_dashboard")["dashboard_body"]
    assert '"queuesmith","QueueWait","service","test-orders"' in shown
    assert "QueueWait" not in json.dumps(synthesized(alarms={"queue_wait": False}))
    assert titles(widgets([replace(ROW, metrics_namespace=None)]))[-1] == "Concurrent executions"
