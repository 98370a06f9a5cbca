"""Reads a worker's log: lines of JSON and of text alike, with their level and the message that they are about.

    from queuesmith.operations import read_log

    for event in read_log(boto3.client("logs"), "/aws/lambda/prod-orders", since=an_hour_ago, level="WARN"):
        print(event.time, event.level, event.message)

`follow_log` goes on with what comes.
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

from queuesmith.aws.connection import answered_at
from queuesmith.common.errors import UsageError
from queuesmith.common.times import iso

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""Lambda's levels, the lowest first."""
_SYNONYMS = {"WARNING": "WARN", "CRITICAL": "FATAL", "NOTSET": "TRACE"}
POLL = 2.0
"""Seconds between two looks at a log that is followed."""
OVERLAP = 60_000
"""Milliseconds before the last look at which the next one begins: CloudWatch takes lines in late, and not in their order."""
_NAMES = "TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL"
_OF_A_LOGGER = re.compile(rf"\[({_NAMES})\]\t\S+Z\t(\S+)\t|\S+Z\t(\S+)\t({_NAMES})\t")
"""How Lambda's own loggers for Python and for Node begin a line of text: level, time and request id."""
_TEXT_LEVEL = re.compile(rf"\[({_NAMES})\]\s+")
_FAILURES = re.compile(
    r"Task timed out after|Runtime exited|Runtime\.\w+|RequestId: \S+ Error|^Traceback \(most recent"
    r"|Status: (?:error|failure|timeout)"
)
_PLATFORM = re.compile(r"(?:START|END|REPORT|INIT_START|INIT_REPORT|RESTORE_\w+|XRAY|EXTENSION)\b")
_TIMES = ("timestamp", "time")
PAGES = 10
"""Of FilterLogEvents, each of 1 MB or 10,000 lines at the most (CloudWatch Logs API)."""
_LOOKS_LIKE_AN_ERROR = '?WARN ?ERROR ?FATAL ?CRITICAL ?"Task timed out" ?"Runtime exited" ?Traceback ?timeout'
"""What CloudWatch sifts by; what it lets through is looked at again here."""


@dataclass(frozen=True)
class LogEvent:
    """One line of a log."""

    time: str
    """When it was written, as ISO 8601 in UTC, to the millisecond."""
    level: str | None
    """One of LEVELS; null for a line of text that does not say, such as one of a traceback."""
    message: str
    """The text of the line: of a line of JSON its `message`."""
    message_id: str | None
    """The SQS message that it is about, where the line says so."""
    fields: dict[str, Any] = field(default_factory=dict)
    """What else a line of JSON holds."""
    stream: str = ""
    """The log stream: one execution environment of the function."""


def read_log(
    logs: Any,
    group: str,
    *,
    since: datetime,
    until: datetime | None = None,
    level: str | None = None,
    message_id: str | None = None,
) -> Iterator[LogEvent]:
    """The lines of a log group, the oldest first.

    `level` is the lowest that is wanted, one of LEVELS in any case; a line of text without one is then shown only where it
    continues one that is. `message_id` is that of the SQS message that they are to be about. Raises UsageError for another
    level, and what boto3 raises, such as ResourceNotFoundException where there is no such group.
    """
    pages = _pages(logs, group, _milliseconds(since), until, message_id)
    return _wanted((event for page in pages for event in page.get("events", [])), level, message_id)


def last_errors(logs: Any, group: str, *, since: datetime, most: int) -> list[LogEvent]:
    """The last lines that are warnings or errors; no more than `PAGES` pages are looked at. Raises what boto3 raises."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=_milliseconds(since), filterPattern=_LOOKS_LIKE_AN_ERROR
    )
    lines = (event for page in itertools.islice(pages, PAGES) for event in page.get("events", []))
    return list(deque(_wanted(lines, "WARN", None), maxlen=most))


def follow_log(
    logs: Any, group: str, *, since: datetime, level: str | None = None, message_id: str | None = None
) -> Iterator[LogEvent]:
    """The same, and then what comes, for ever, each line once.

    A line that CloudWatch takes in late, up to a minute, comes when it is there.
    """
    return _wanted(_followed(logs, group, _milliseconds(since), message_id), level, message_id)


def parse_level(text: str, name: str = "level") -> str:
    """One of LEVELS as a person types it. Raises UsageError for another text; `name` is what it calls the option."""
    level = _level(text)
    if level is None:
        raise UsageError(f'{name} is "{text}", but must be one of {", ".join(LEVELS)}')
    return level


def _followed(logs: Any, group: str, since: int, message_id: str | None) -> Iterator[dict[str, Any]]:
    """Looks again and again. What a later look can find once more is remembered by its identity."""
    start, shown = since, dict[Hashable, int]()
    while True:
        following, alike = None, Counter[Hashable]()
        for page in _pages(logs, group, start, None, message_id):
            if following is None:
                following = max(start, _asked_at(page) - OVERLAP)
            for event in page.get("events", []):
                identity = _identity(event, alike)
                if identity not in shown:
                    if event["timestamp"] >= following:
                        shown[identity] = event["timestamp"]
                    yield event
        start = start if following is None else following
        shown = {identity: moment for identity, moment in shown.items() if moment >= start}
        sleep(POLL)


def _asked_at(page: dict[str, Any]) -> int:
    """When CloudWatch answered, in milliseconds by its own clock, in whose time its events are."""
    moment = answered_at(page)
    return int(time() * 1000) if moment is None else _milliseconds(moment)


def _identity(event: dict[str, Any], alike: Counter[Hashable]) -> Hashable:
    """Its `eventId`; where a local AWS gives none, what it says and as the how-manieth of its kind."""
    if "eventId" in event:
        return str(event["eventId"])
    content = (event.get("logStreamName"), event["timestamp"], event["message"])
    alike[content] += 1
    return (*content, alike[content])


def _pages(logs: Any, group: str, since: int, until: datetime | None, message_id: str | None) -> Iterator[dict[str, Any]]:
    arguments: dict[str, Any] = {"logGroupName": group, "startTime": since}
    if until is not None:
        arguments["endTime"] = _milliseconds(until)
    if message_id is not None:
        arguments["filterPattern"] = json.dumps(message_id)
    yield from logs.get_paginator("filter_log_events").paginate(**arguments)


def _wanted(events: Iterable[dict[str, Any]], level: str | None, message_id: str | None) -> Iterator[LogEvent]:
    least = -1 if level is None else LEVELS.index(parse_level(level))
    return _from_level(map(parse_event, (event for event in events if (message_id or "") in event["message"])), least)


def _from_level(events: Iterable[LogEvent], least: int) -> Iterator[LogEvent]:
    shown: dict[str, bool] = {}
    for event in events:
        if event.level is not None:
            shown[event.stream] = LEVELS.index(event.level) >= least
        if shown.get(event.stream, least < 0):
            yield event


def parse_event(raw: dict[str, Any]) -> LogEvent:
    """An event of CloudWatch Logs, read."""
    text = str(raw["message"]).rstrip("\r\n")
    when, stream = iso(datetime.fromtimestamp(raw["timestamp"] / 1000, UTC), "milliseconds"), raw.get("logStreamName", "")
    content = _json(text)
    if content is None:
        return _of_text(when, text, stream)
    if str(content.get("type", "")).startswith("platform."):
        return _of_platform(when, content, stream)
    message = next((key for key in ("message", "msg", "errorMessage") if key in content), "message")
    about, said = content.get("message_id"), content.get(message, "")
    taken = {"level", message, *_TIMES, *(["message_id"] if isinstance(about, str) else [])}
    return LogEvent(
        when,
        _level(content.get("level")) or "INFO",  # what Lambda takes it for, too
        said if isinstance(said, str) else json.dumps(said, ensure_ascii=False),
        about if isinstance(about, str) else None,
        {key: value for key, value in content.items() if key not in taken},
        stream,
    )


def _of_text(when: str, given: str, stream: str) -> LogEvent:
    text = given.replace("\r", "\n")  # so does Lambda's runtime for Python separate the lines of a traceback
    if found := _OF_A_LOGGER.match(text):
        request = {"function_request_id": found[2] or found[3]}
        return LogEvent(when, _level(found[1] or found[4]), text[found.end() :], None, request, stream)
    level = _TEXT_LEVEL.match(text)
    if _FAILURES.search(text):
        return LogEvent(when, "ERROR", text[level.end() :] if level else text, None, {}, stream)
    if level:
        return LogEvent(when, _level(level[1]), text[level.end() :], None, {}, stream)
    return LogEvent(when, "INFO" if _PLATFORM.match(text) else None, text, None, {}, stream)


def _of_platform(when: str, content: dict[str, Any], stream: str) -> LogEvent:
    """Lambda's own lines in JSON: `platform.report` says whether the invocation failed."""
    record = content.get("record")
    fields = record if isinstance(record, dict) else {"record": record}
    failed = fields.get("status", "success") not in ("success", None)
    level = "ERROR" if failed else "INFO" if content["type"].endswith("report") else "DEBUG"
    return LogEvent(when, level, str(content["type"]), None, fields, stream)


def _level(given: Any) -> str | None:
    name = str(given or "").strip().upper()
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
