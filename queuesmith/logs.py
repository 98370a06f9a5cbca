"""Reads a worker's log: lines of JSON and of text alike, with their level and the message that they are about.

for event in read(boto3.client("logs"), "/aws/lambda/prod-orders", since=datetime.now(UTC) - timedelta(hours=1), level="WARN"):
print(event.time, event.level, event.message)
"""

from __future__ import annotations

import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""Lambda's levels, the least first."""
_SYNONYMS = {"WARNING": "WARN", "CRITICAL": "FATAL", "NOTSET": "TRACE"}
POLL = 2.0
"""Seconds between two looks at a log that is followed."""
OVERLAP = 15_000
"""Milliseconds that are looked at again: CloudWatch takes lines in late, and not in their order."""
REMEMBERED = 20_000
"""Events that are known to have been shown already."""
_TEXT_LEVEL = re.compile(r"^\[(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\]\s+")
_FAILURES = re.compile(
    r"Task timed out after|Runtime exited|Runtime\.\w+|RequestId: \S+ Error|^Traceback \(most recent"
    r"|Status: (?:error|failure|timeout)"
)
_PLATFORM = re.compile(r"^(?:START|END|REPORT|INIT_START|INIT_REPORT|RESTORE_\w+|XRAY|EXTENSION)\b")
_TIMES = ("timestamp", "time")


@dataclass(frozen=True)
class Event:
    """One line of a log."""

    time: str
    """When it was written, as ISO 8601 in UTC, to the millisecond."""
    level: str | None
    """One of LEVELS; null for a line that does not say, such as one of a traceback."""
    message: str
    """The text of the line: of a line of JSON its `message`."""
    message_id: str | None
    """The SQS message that it is about, where the line says so."""
    fields: dict[str, Any] = field(default_factory=dict)
    """What else a line of JSON holds."""
    stream: str = ""
    """The log stream: one execution environment of the function."""


@dataclass(frozen=True)
class Wanted:
    """Which lines."""

    level: str | None = None
    """The least level; lines without one are then shown only where they continue one that is."""
    message_id: str | None = None

    def __post_init__(self) -> None:
        if self.level is not None and self.level not in LEVELS:
            raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {self.level}")


def read(
    logs: Any,
    group: str,
    *,
    since: datetime,
    until: datetime | None = None,
    level: str | None = None,
    message_id: str | None = None,
) -> Iterator[Event]:
    """The lines of a log group, the oldest first.

    `level` is the least that is wanted, one of LEVELS; `message_id` that of the SQS message that they are to be about. Raises
    ValueError for another level, and what boto3 raises, such as ResourceNotFoundException where there is no such group.
    """
    yield from _wanted(_pages(logs, group, _milliseconds(since), until, message_id), Wanted(level, message_id))


def follow(
    logs: Any,
    group: str,
    *,
    since: datetime,
    level: str | None = None,
    message_id: str | None = None,
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[Event]:
    """The same, and then what comes, for ever. `wait` is called between two looks."""
    yield from _wanted(_followed(logs, group, _milliseconds(since), message_id, wait), Wanted(level, message_id))


def _followed(
    logs: Any, group: str, since: int, message_id: str | None, wait: Callable[[float], object]
) -> Iterator[dict[str, Any]]:
    shown: OrderedDict[str, None] = OrderedDict()
    latest = since
    while True:
        for event in _pages(logs, group, max(since, latest - OVERLAP), None, message_id):
            if event["eventId"] in shown:
                continue
            shown[event["eventId"]] = None
            if len(shown) > REMEMBERED:
                shown.popitem(last=False)
            latest = max(latest, event["timestamp"])
            yield event
        wait(POLL)


def _pages(logs: Any, group: str, since: int, until: datetime | None, message_id: str | None) -> Iterator[dict[str, Any]]:
    arguments: dict[str, Any] = {"logGroupName": group, "startTime": since}
    if until is not None:
        arguments["endTime"] = _milliseconds(until)
    if message_id is not None:
        arguments["filterPattern"] = json.dumps(message_id)
    for page in logs.get_paginator("filter_log_events").paginate(**arguments):
        yield from page.get("events", [])


def _wanted(events: Iterator[dict[str, Any]], wanted: Wanted) -> Iterator[Event]:
    least = LEVELS.index(wanted.level) if wanted.level else -1
    shown: dict[str, bool] = {}
    for raw in events:
        if wanted.message_id and wanted.message_id not in raw["message"]:
            continue
        event = parsed(raw)
        if event.level is not None:
            shown[event.stream] = LEVELS.index(event.level) >= least
        if shown.get(event.stream, least < 0) or least < 0:
            yield event


def parsed(raw: dict[str, Any]) -> Event:
    """An event of CloudWatch Logs, read."""
    text = str(raw["message"]).rstrip("\n")
    moment = datetime.fromtimestamp(raw["timestamp"] / 1000, UTC)
    when, stream = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z", raw.get("logStreamName", "")
    content = _json(text)
    if content is None:
        return Event(when, _level_of_text(text), _TEXT_LEVEL.sub("", text), None, {}, stream)
    if str(content.get("type", "")).startswith("platform."):
        return _of_platform(when, content, stream)
    left = {key: value for key, value in content.items() if key not in ("level", "message", "message_id", *_TIMES)}
    message, about = content.get("message", content.get("msg", "")), content.get("message_id")
    said = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    return Event(when, _level(content.get("level")), said, about if isinstance(about, str) else None, left, stream)


def _of_platform(when: str, content: dict[str, Any], stream: str) -> Event:
    """Lambda's own lines in JSON: `platform.report` says whether the invocation failed."""
    record = content.get("record")
    fields = record if isinstance(record, dict) else {"record": record}
    failed = fields.get("status", "success") not in ("success", None)
    level = "ERROR" if failed else "INFO" if content["type"].endswith("report") else "DEBUG"
    return Event(when, level, str(content["type"]), None, fields, stream)


def _level_of_text(text: str) -> str | None:
    if _FAILURES.search(text):
        return "ERROR"
    if found := _TEXT_LEVEL.match(text):
        return _level(found[1])
    return "INFO" if _PLATFORM.match(text) else None


def _level(given: Any) -> str | None:
    name = str(given or "").upper()
    return _SYNONYMS.get(name, name if name in LEVELS else None)


def _json(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
