"""The rate and cron expressions of schedules.

The rules are those of the Amazon EventBridge user guide ("Setting a schedule pattern for scheduled rules"). EventBridge
Scheduler has the same fields and wildcards (its user guide, "Schedule types").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic_core import PydanticCustomError

from queuesmith.rules.wording import join_words
from queuesmith.settings.field_types import Shape, is_token

_RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)(s?)\)", re.ASCII)
_CRON = re.compile(r"cron\(((?:\S+ ){5}\S+)\)", re.ASCII)
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    special: str = ""
    """A pattern of the items with L, W or # that only this field can have. The group `value` is a value of the field."""

    def __str__(self) -> str:
        names = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"{self.name} from {self.low} to {self.high}{names}"

    def allows(self, text: str) -> bool:
        """Whether each item of the list is a value, a range, `*`, steps, or special to this field."""
        return all(self._allows_item(item.upper()) for item in text.split(","))

    def _allows_item(self, item: str) -> bool:
        if self.special and (found := re.fullmatch(self.special, item, re.ASCII)):
            return found["value"] is None or self._is_value(found["value"])
        values, slash, step = item.partition("/")
        if slash and not (_is_number(step) and 1 <= int(step) <= self.high):
            return False
        return values == "*" or all(map(self._is_value, values.split("-", 1)))

    def _is_value(self, text: str) -> bool:
        return text in self.names or (_is_number(text) and self.low <= int(text) <= self.high)


_DAY_OF_MONTH = _Field("a day of month", 1, 31, special=r"L|LW|L-([1-9]|[12]\d|30)|(?P<value>\d+)W")
_DAY_OF_WEEK = _Field("a day of week", 1, 7, _DAYS, special=r"L|(?P<value>\w+?)(L|#[1-5])")
_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _DAY_OF_MONTH,
    _Field("a month", 1, 12, _MONTHS),
    _DAY_OF_WEEK,
    _Field("a year", 1970, 2199),
)


def what_it_must_be(expression: str) -> str | None:
    """Return what a rate or cron expression must be, as the end of `…, but must be`. None: it is valid, or of another form."""
    if (rate := _RATE.fullmatch(expression)) is not None:
        number, unit, plural = rate.groups()
        if (number == "1") == (plural == ""):
            return None
        fixed = f"rate({number} {unit}{'' if number == '1' else 's'})"
        return f'"{fixed}": the unit is singular after 1, and plural after other numbers'
    cron = _CRON.fullmatch(expression)
    return None if cron is None else _cron_must_be(cron[1].split(" "))


def _cron_must_be(texts: list[str]) -> str | None:
    wrong = [
        f'{field} (not "{text}")'
        for field, text in zip(_FIELDS, texts, strict=True)
        if not (field.allows(text) or (text == "?" and field in (_DAY_OF_MONTH, _DAY_OF_WEEK)))
    ]
    if wrong:
        return f"a cron expression with {join_words(wrong)}"
    minutes, hours, day, month, week_day, year = texts
    if [day, week_day].count("?") == 1:
        return None
    day, week_day = ("*" if day == "?" else day, "?") if week_day in ("*", "?") else ("?", week_day)
    fixed = " ".join((minutes, hours, day, month, week_day, year))
    return f'a cron expression with ? either as the day of month or as the day of week, such as "cron({fixed})"'


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _schedule(pattern: str, description: str) -> Shape:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: object) -> object:
        if isinstance(value, str) and is_token(value):
            return value
        is_schedule = isinstance(value, str) and compiled.fullmatch(value)
        if (must_be := what_it_must_be(str(value)) if is_schedule else description) is not None:
            raise PydanticCustomError("schedule", "{must_be}", {"must_be": must_be})
        return value

    return Shape(check, "schedule", {"type": "string", "pattern": f"^(?:{pattern})$"})


_RECURRING = r"rate\([1-9]\d* (minutes?|hours?|days?)\)|cron\((\S+ ){5}\S+\)"
_ONCE = r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)"
_EXAMPLES = 'a schedule: "rate(5 minutes)"'
_CRON_EXAMPLE = '"cron(0 8 * * ? *)" with six fields'
ScheduleExpression = Annotated[
    str, _schedule(f"{_RECURRING}|{_ONCE}", f'{_EXAMPLES}, {_CRON_EXAMPLE}, or "at(2027-01-31T08:00:00)"')
]
"""An expression of EventBridge Scheduler."""
RuleSchedule = Annotated[str, _schedule(_RECURRING, f"{_EXAMPLES} or {_CRON_EXAMPLE}")]
"""An expression of an EventBridge rule, which cannot run once."""
