"""The metrics that come from a function's log, as the deployed worker writes and reads them."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any
from unittest.mock import patch

from queuesmith_worker import HandlerSettings, Worker
from queuesmith_worker.testing import FakeContext, SqsMessage, sqs_event
from tests.localstack.alarm_world import Metric


def queue_wait(variables: Mapping[str, str], ages: list[float]) -> tuple[Metric, list[float]]:
    """The metric and the values that the toolkit writes for messages of these ages, in seconds.

    `variables` are the environment variables of the deployed function.
    """
    context: Any = FakeContext()
    with patch.dict(os.environ, variables), redirect_stdout(io.StringIO()) as output:
        worker = Worker(str, lambda _: None, HandlerSettings.from_environment(variables))
        worker(sqs_event(*(SqsMessage("order", age=age) for age in ages)), context)
    (line,) = (line for line in map(json.loads, output.getvalue().splitlines()) if "QueueWait" in line)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    (names,) = directive["Dimensions"]
    return Metric(directive["Namespace"], "QueueWait", tuple((name, line[name]) for name in names)), line["QueueWait"]


def memory_used(metric_filter: Mapping[str, Any], megabytes: int) -> tuple[Metric, float]:
    """The metric and the value that the deployed metric filter publishes for an invocation that used this memory."""
    line = {"type": "platform.report", "record": {"metrics": {"maxMemoryUsedMB": megabytes, "memorySizeMB": 512}}}
    assert metric_filter["filterPattern"] == '{ $.type = "platform.report" }'
    (transformation,) = metric_filter["metricTransformations"]
    value: Any = line
    for name in transformation["metricValue"].removeprefix("$.").split("."):
        value = value[name]
    return Metric(transformation["metricNamespace"], transformation["metricName"]), value
