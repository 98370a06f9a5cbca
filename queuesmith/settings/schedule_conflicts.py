"""Combinations in a worker's schedules that EventBridge Scheduler does not support, or would ignore."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from queuesmith.rules import limits
from queuesmith.rules.resource_names import length_complaint
from queuesmith.rules.wording import amount, quote
from queuesmith.settings.conflicts import Conflicts, fifo_conflicts
from queuesmith.settings.field_types import is_token
from queuesmith.settings.producers import ScheduleProducer
from queuesmith.settings.queue import QueueSettings

_RANGES = {
    "flexible_window": limits.FLEXIBLE_WINDOW,
    "maximum_event_age": limits.SCHEDULE_EVENT_AGE,
    "maximum_retry_attempts": limits.SCHEDULE_RETRIES,
}


def schedule_conflicts(schedule: ScheduleProducer, path: str, name: str, queue: QueueSettings) -> Conflicts:
    """Yield the conflicts in a schedule with this name, and with the queue that it sends to."""
    if not is_token(name) and (complaint := length_complaint(name, limits.SCHEDULE_NAME_LENGTH)) is not None:
        yield path, f"gives a schedule the name {quote(name)}, which {complaint}. Choose a shorter key"
    yield from fifo_conflicts(schedule, path, queue, fifo=queue.fifo)
    if not is_token(schedule.time_zone) and not _is_time_zone(schedule.time_zone):
        text = (
            f'is {quote(schedule.time_zone)}, which is not in the IANA time zone database. Use a name such as "Europe/Berlin"'
        )
        yield f"{path}.time_zone", text
    yield from _time_conflicts(schedule, path)
    for key, allowed in _RANGES.items():
        value = getattr(schedule, key)
        if value is not None and not is_token(value) and value not in allowed:
            yield f"{path}.{key}", f"is {amount(value)}, but EventBridge Scheduler accepts {allowed}. Set a value in that range"


def scheduler_role_conflicts(role_name: str) -> Conflicts:
    """Yield the role's name if it is too long."""
    if not is_token(role_name) and (complaint := length_complaint(role_name, limits.ROLE_NAME_LENGTH)) is not None:
        yield "producers.schedules", f"need a role with the name {quote(role_name)}, which {complaint}. Choose a shorter name"


def _time_conflicts(schedule: ScheduleProducer, path: str) -> Conflicts:
    if is_token(schedule.expression):
        return
    is_once = schedule.expression.startswith("at(")
    if is_once and not _is_time(schedule.expression[3:-1]):
        yield f"{path}.expression", f"is {quote(schedule.expression)}, which is not a date and time. Correct it"
    for key in ("start", "end"):
        value = getattr(schedule, key)
        if value is None or is_token(value):
            continue
        if is_once:
            yield f"{path}.{key}", "does not apply to at(…), which is one time. Remove it"
        elif not _is_time(value.removesuffix("Z")):
            yield f"{path}.{key}", f"is {quote(value)}, which is not a date and time. Correct it"
    start, end = schedule.start, schedule.end
    if start and end and not is_token(start) and not is_token(end) and start >= end:
        yield f"{path}.end", f"is {quote(end)}, but must be later than start, which is {quote(start)}"
    if schedule.delete_after_completion and not is_once and end is None:
        yield f"{path}.delete_after_completion", "needs a last message. Set end, use at(…), or remove this key"


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_time_zone(name: str) -> bool:
    """Whether this computer's time zone database has a time zone. True if the computer has no database."""
    for zone in (name, "UTC"):
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
        return zone == name
    return True
