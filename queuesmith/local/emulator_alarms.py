"""Makes the emulator describe alarms as AWS does. Runs under the emulator's own Python, and imports nothing of this project.

By itself its XML leaves out most of what an alarm is, and it forgets metric math: Terraform would then find every alarm
changed, however often it is applied.
"""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape

_NUMBER = re.compile(r"\d+")
_OF_ONE_METRIC = frozenset({"MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit"})
"""What the emulator fills in where an alarm is on metric math, or on a percentile, and has it not."""


def describe_alarms_in_full(cloudwatch: Any) -> None:
    """Change the emulator's module `cloudwatch` so that DescribeAlarms says what PutMetricAlarm was given."""
    put, describe = cloudwatch._put_metric_alarm, cloudwatch._describe_alarms

    def put_whole(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        given = data if is_cbor or is_json else from_query(params)
        answer = put(params, data, is_cbor, is_json)
        if answer[0] == 200:
            alarm = cloudwatch._alarms[given["AlarmName"]]
            for name in (_OF_ONE_METRIC - given.keys()) & alarm.keys():
                del alarm[name]
            alarm.update({name: given[name] for name in {"Metrics"} & given.keys()})
        return answer

    def describe_whole(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if is_cbor or is_json:
            return describe(params, data, is_cbor, is_json)
        status, _, body = describe(params, from_query(params), False, True)
        if status != 200:
            return describe(params, data, False)
        result = f"<DescribeAlarmsResult>{to_xml(json.loads(body))}</DescribeAlarmsResult>"
        return cloudwatch._xml(200, "DescribeAlarmsResponse", result)

    cloudwatch._put_metric_alarm, cloudwatch._describe_alarms = put_whole, describe_whole


def from_query(params: dict[str, Any]) -> dict[str, Any]:
    """`Metrics.member.1.Id=a` of AWS's query protocol as it is in JSON: `{"Metrics": [{"Id": "a"}]}`."""
    root: dict[str, Any] = {}
    for name, values in params.items():
        here = root
        *steps, last = name.split(".")
        for step in steps:
            here = here.setdefault(step, {})
        here[last] = _value(last, values[0] if isinstance(values, list) else values)
    result: dict[str, Any] = _with_lists(root)
    return result


def _value(name: str, text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if name in {"Period", "MaxRecords"} and _NUMBER.fullmatch(text) else text


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value.keys() == {"member"}:
        members = value["member"]
        return [_with_lists(members[position]) for position in sorted(members, key=int)]
    return {name: _with_lists(inner) for name, inner in value.items()}


def to_xml(value: Any) -> str:
    """A JSON value as AWS's query protocol writes it. Times are left out: nobody here reads them."""
    if isinstance(value, dict):
        shown = ((name, inner) for name, inner in value.items() if inner is not None and not name.endswith("Timestamp"))
        return "".join(f"<{name}>{to_xml(inner)}</{name}>" for name, inner in shown)
    if isinstance(value, list):
        return "".join(f"<member>{to_xml(inner)}</member>" for inner in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))
