"""The log and the metrics of the worker orders: its lines, and lines and values that a test adds."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

from tests.e2e.commands.world import World

GROUP = "/aws/lambda/dev-orders"


def text(world: World) -> str:
    events = world.client("logs").filter_log_events(logGroupName=GROUP)["events"]
    return "\n".join(event["message"] for event in events)


def put(world: World, *messages: str, ago: float = 0.0) -> None:
    """Write lines that do not come from the function."""
    logs, stream = world.client("logs"), "by-hand"
    if not logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=stream)["logStreams"]:
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    moment = int((time.time() - ago) * 1000)
    events = [{"timestamp": moment, "message": message} for message in messages]
    logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


def report(milliseconds: float, *, cold: float | None = None, status: str = "success") -> str:
    """Lambda's line about an invocation in a JSON log."""
    metrics = {"durationMs": milliseconds, "maxMemoryUsedMB": 90, **({"initDurationMs": cold} if cold else {})}
    return json.dumps({"type": "platform.report", "record": {"requestId": "r", "status": status, "metrics": metrics}})


def put_sent(world: World, messages: int, ago: float = 300.0) -> None:
    """Store a value of the metric that counts the messages that were sent to the queue."""
    value = {
        "MetricName": "NumberOfMessagesSent",
        "Dimensions": [{"Name": "QueueName", "Value": "dev-orders"}],
        "Timestamp": datetime.fromtimestamp(time.time() - ago, UTC),
        "Value": messages,
    }
    world.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[value])
