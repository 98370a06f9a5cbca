"""Reads a worker's log, both JSON and text lines, with the level and the SQS message of each line.

    from queuesmith.operations import read_log

    for event in read_log(boto3.client("logs"), "/aws/lambda/prod-orders", since=an_hour_ago, level="WARN"):
        print(event.time, event.level, event.message)

`follow_log` continues with new lines as they arrive.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter, deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import sleep, time
from typing import Any

from queuesmith.aws.connection import response_date
from queuesmith.common.errors import UsageError
from queuesmith.common.times import iso

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""Lambda's log levels in ascending order."""
_SYNONYMS = {"WARNING": "WARN", "CRITICAL": "FATAL", "NOTSET": "TRACE"}
POLL = 2.0
"""Seconds between two requests when a log is followed."""
OVERLAP = 60_000
"""Milliseconds by which the next request overlaps the last one, because CloudWatch ingests lines late and out of order."""
_NAMES = "TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL"
_LOGGER_LINE = re.compile(rf"\[({_NAMES})\]\t\S+Z\t(\S+)\t|\S+Z\t(\S+)\t({_NAMES})\t")
"""The beginning of a text line of Lambda's own loggers for Python and Node: level, time and request id."""
_TEXT_LEVEL = re.compile(rf"\[({_NAMES})\]\s+")
_FAILURES = re.compile(
    r"Task timed out after|Runtime exited|Runtime\.\w+|RequestId: \S+ Error|^Traceback \(most recent"
    r"|Status: (?:error|failure|timeout)"
)
_PLATFORM = re.compile(r"(?:START|END|REPORT|INIT_START|INIT_REPORT|RESTORE_\w+|XRAY|EXTENSION)\b")
_TIMES = ("timestamp", "time")
PAGES = 10
"""Pages of FilterLogEvents. Each has at most 1 MB or 10,000 lines (CloudWatch Logs API)."""
_ERROR_PATTERN = '?WARN ?ERROR ?FATAL ?CRITICAL ?"Task timed out" ?"Runtime exited" ?Traceback ?timeout'
"""The first filter, which CloudWatch applies. The lines that it returns are checked again here."""


@dataclass(frozen=True)
class LogEvent:
    """One line of a log."""

    time: str
    """Time at which the line was written, as ISO 8601 in UTC with milliseconds."""
    level: str | None
    """`TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`. Null for text without a level, such as a line of a traceback."""
    message: str
    """The text of the line. For a JSON line, its `message`."""
    message_id: str | None
    """Id of the SQS message, if the line contains it."""
    fields: dict[str, Any] = field(default_factory=dict)
    """The other fields of a JSON line."""
    stream: str = ""
    """The log stream. Each execution environment of the function has one."""


def read_log(
    logs: Any,
    group: str,
    *,
    since: datetime,
    until: datetime | None = None,
    level: str | None = None,
    message_id: str | None = None,
) -> Iterator[LogEvent]:
    """Read the lines of a log group, oldest first.

    Raises UsageError for an unknown level. Other errors are boto3's, such as ResourceNotFoundException if the log group does
    not exist.

    Parameters
    ----------
    logs
        The boto3 client.
    group
        The name of the log group.
    since
        The earliest time.
    until
        The latest time; None: now.
    level
        The lowest level to return, one of LEVELS in upper or lower case. A text line without a level is returned only if it
        follows a returned line of the same stream.
    message_id
        Return only lines that contain this id of an SQS message.

    """
    pages = _pages(logs, group, _milliseconds(since), until, message_id)
    return _parse_and_filter((event for page in pages for event in page.get("events", [])), level, message_id)


def last_errors(logs: Any, group: str, *, since: datetime, limit: int) -> list[LogEvent]:
    """The last lines that are warnings or errors. Reads at most `PAGES` pages. boto3's exceptions propagate."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=_milliseconds(since), filterPattern=_ERROR_PATTERN
    )
    lines = (event for page in itertools.islice(pages, PAGES) for event in page.get("events", []))
    return list(deque(_parse_and_filter(lines, "WARN", None), maxlen=limit))


def follow_log(
    logs: Any, group: str, *, since: datetime, level: str | None = None, message_id: str | None = None
) -> Iterator[LogEvent]:
    """Read as `read_log` does, then keep waiting for new lines: the iterator never ends. Each line is returned once.

    CloudWatch can ingest a line up to a minute late. Such a line is returned when it arrives.
    """
    return _parse_and_filter(_poll(logs, group, _milliseconds(since), message_id), level, message_id)


def parse_level(text: str, name: str = "level") -> str:
    """Return the level in LEVELS that `text` names. Raises UsageError, which names the option `name`, if there is none."""
    level = _level(text)
    if level is None:
        raise UsageError(f'{name} is "{text}", but must be one of {", ".join(LEVELS)}')
    return level


def _poll(logs: Any, group: str, since: int, message_id: str | None) -> Iterator[dict[str, Any]]:
    """Poll the log. The identities of lines that the next request can return again are remembered."""
    start, shown = since, dict[Hashable, int]()
    while True:
        next_start, duplicates = None, Counter[Hashable]()
        for page in _pages(logs, group, start, None, message_id):
            if next_start is None:
                next_start = max(start, _response_time(page) - OVERLAP)
            for event in page.get("events", []):
                identity = _identity(event, duplicates)
                if identity not in shown:
                    if event["timestamp"] >= next_start:
                        shown[identity] = event["timestamp"]
                    yield event
        start = start if next_start is None else next_start
        shown = {identity: moment for identity, moment in shown.items() if moment >= start}
        sleep(POLL)


def _response_time(page: dict[str, Any]) -> int:
    """The time of CloudWatch's response in milliseconds, by its clock, which its events use too."""
    moment = response_date(page)
    return int(time() * 1000) if moment is None else _milliseconds(moment)


def _identity(event: dict[str, Any], duplicates: Counter[Hashable]) -> Hashable:
    """Its `eventId`. The emulator can omit it: then the content, plus a counter of identical lines."""
    if "eventId" in event:
        return str(event["eventId"])
    content = (event.get("logStreamName"), event["timestamp"], event["message"])
    duplicates[content] += 1
    return (*content, duplicates[content])


def _pages(logs: Any, group: str, since: int, until: datetime | None, message_id: str | None) -> Iterator[dict[str, Any]]:
    arguments: dict[str, Any] = {"logGroupName": group, "startTime": since}
    if until is not None:
        arguments["endTime"] = _milliseconds(until)
    if message_id is not None:
        arguments["filterPattern"] = json.dumps(message_id)
    yield from logs.get_paginator("filter_log_events").paginate(**arguments)


def _parse_and_filter(events: Iterable[dict[str, Any]], level: str | None, message_id: str | None) -> Iterator[LogEvent]:
    lowest = -1 if level is None else LEVELS.index(parse_level(level))
    return _filter_by_level(map(parse_event, (event for event in events if (message_id or "") in event["message"])), lowest)


def _filter_by_level(events: Iterable[LogEvent], lowest: int) -> Iterator[LogEvent]:
    shown: dict[str, bool] = {}
    for event in events:
        if event.level is not None:
            shown[event.stream] = LEVELS.index(event.level) >= lowest
        if shown.get(event.stream, lowest < 0):
            yield event


def parse_event(raw: dict[str, Any]) -> LogEvent:
    """Parse an event of CloudWatch Logs."""
    text = str(raw["message"]).rstrip("\r\n")
    when, stream = iso(datetime.fromtimestamp(raw["timestamp"] / 1000, UTC), "milliseconds"), raw.get("logStreamName", "")
    content = _json(text)
    if content is None:
        return _parse_text(when, text, stream)
    if str(content.get("type", "")).startswith("platform."):
        return _parse_platform_event(when, content, stream)
    message = next((key for key in ("message", "msg", "errorMessage") if key in content), "message")
    message_id, value = content.get("message_id"), content.get(message, "")
    used = {"level", message, *_TIMES, *(["message_id"] if isinstance(message_id, str) else [])}
    return LogEvent(
        when,
        _level(content.get("level")) or "INFO",  # Lambda assumes the same
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
        message_id if isinstance(message_id, str) else None,
        {key: value for key, value in content.items() if key not in used},
        stream,
    )


def _parse_text(when: str, line: str, stream: str) -> LogEvent:
    text = line.replace("\r", "\n")  # Lambda's runtime for Python separates the lines of a traceback with carriage returns
    if found := _LOGGER_LINE.match(text):
        request = {"function_request_id": found[2] or found[3]}
        return LogEvent(when, _level(found[1] or found[4]), text[found.end() :], None, request, stream)
    level = _TEXT_LEVEL.match(text)
    if _FAILURES.search(text):
        return LogEvent(when, "ERROR", text[level.end() :] if level else text, None, {}, stream)
    if level:
        return LogEvent(when, _level(level[1]), text[level.end() :], None, {}, stream)
    return LogEvent(when, "INFO" if _PLATFORM.match(text) else None, text, None, {}, stream)


def _parse_platform_event(when: str, content: dict[str, Any], stream: str) -> LogEvent:
    """Lambda's own JSON lines. `platform.report` tells whether the invocation failed."""
    record = content.get("record")
    fields = record if isinstance(record, dict) else {"record": record}
    failed = fields.get("status", "success") not in ("success", None)
    level = "ERROR" if failed else "INFO" if content["type"].endswith("report") else "DEBUG"
    return LogEvent(when, level, str(content["type"]), None, fields, stream)


def _level(value: Any) -> str | None:
    name = str(value or "").strip().upper()
    return _SYNONYMS.get(name, name if name in LEVELS else None)


def _json(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
