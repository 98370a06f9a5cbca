"""The log of the worker orders: its lines, and lines that a test adds."""

from __future__ import annotations

import time

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
