"""Monkey patches for the emulator, so that its permissions, filter patterns and alarms behave like AWS's.

It runs under the emulator's own Python, imported by the launcher, and imports nothing of this project.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

_NUMBER = re.compile(r"\d+")
_SINGLE_METRIC_FIELDS = frozenset({"MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit"})
"""Fields of an alarm on one metric. The emulator fills them with defaults in alarms that were created without them."""


def authorize_like_aws(iam_actions: Any) -> None:
    """Make the emulator check the same action and resource as AWS.

    Parameters
    ----------
    iam_actions
        The emulator's module that determines the action and the resource of a request.

    """
    original_action, original_arn = iam_actions._action_from_target, iam_actions.extract_resource_arn
    iam_actions._BOTOCORE_SERVICE_MAP["lambda"] = ["lambda"]  # botocore's model has all of Lambda's actions

    def action_from_target(headers: dict[str, str]) -> Any:
        """A batch action of SQS needs the permission of the single action. There is no `sqs:SendMessageBatch`."""
        name = original_action(headers)
        return name.removesuffix("Batch") if name and headers.get("x-amz-target", "").startswith("AmazonSQS.") else name

    def lambda_action(method: str, path: str) -> str | None:
        name: str | None = iam_actions._match_rest_action("lambda", method, path)
        return "InvokeFunction" if name == "Invoke" else name

    def extract_resource_arn(service: str, *arguments: Any, **named: Any) -> str:
        """SSM's Name can be an ARN, which the emulator would nest in another ARN. The ARN of a log group ends in `:*`."""
        arn: str = original_arn(service, *arguments, **named)
        _, is_nested, parameter = arn.partition(":parameter/arn:")
        if is_nested:
            return f"arn:{parameter}"
        return f"{arn}:*" if service == "logs" and arn.count(":") == 6 else arn

    iam_actions._action_from_target, iam_actions._lambda_action = action_from_target, lambda_action
    iam_actions.extract_resource_arn = extract_resource_arn


def match_any_term(logs: Any) -> None:
    """`?ERROR ?"Task timed out"` matches lines that contain either term, case-sensitive (CloudWatch Logs user guide)."""
    original_compile = logs._compile_filter_pattern

    def compile_pattern(raw: str) -> Callable[[str], Any]:
        terms = shlex.split(raw) if raw and raw.lstrip().startswith("?") else []
        if not terms or not all(term.startswith("?") for term in terms):
            matches: Callable[[str], Any] = original_compile(raw)
            return matches
        return lambda line: any(term[1:] in line for term in terms)

    logs._compile_filter_pattern = compile_pattern


def describe_complete_alarms(cloudwatch: Any) -> None:
    """Make DescribeAlarms return everything that PutMetricAlarm received.

    By default the emulator's XML omits most fields of an alarm and all metric math, so Terraform plans a change of every alarm
    after each apply.
    """
    original_put, original_describe = cloudwatch._put_metric_alarm, cloudwatch._describe_alarms

    def put_complete(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        requested = data if is_cbor or is_json else from_query(params)
        response = original_put(params, data, is_cbor, is_json)
        if response[0] == 200:
            alarm = cloudwatch._alarms[requested["AlarmName"]]
            for name in _SINGLE_METRIC_FIELDS - requested.keys():
                alarm.pop(name, None)
            if "Metrics" in requested:
                alarm["Metrics"] = requested["Metrics"]
        return response

    def describe_complete(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if is_cbor or is_json:
            return original_describe(params, data, is_cbor, is_json)
        status, _, body = original_describe(params, from_query(params), False, True)
        if status != 200:
            return original_describe(params, data, False)
        result = f"<DescribeAlarmsResult>{to_xml(json.loads(body))}</DescribeAlarmsResult>"
        return cloudwatch._xml(200, "DescribeAlarmsResponse", result)

    cloudwatch._put_metric_alarm, cloudwatch._describe_alarms = put_complete, describe_complete


def from_query(params: dict[str, Any]) -> dict[str, Any]:
    """`Metrics.member.1.Id=a` of AWS's query protocol as JSON: `{"Metrics": [{"Id": "a"}]}`."""
    root: dict[str, Any] = {}
    for name, values in params.items():
        parent = root
        *steps, last = name.split(".")
        for step in steps:
            parent = parent.setdefault(step, {})
        parent[last] = _value(last, values[0] if isinstance(values, list) else values)
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
    """A JSON value in the XML of AWS's query protocol. Times are omitted, because no caller here reads them."""
    if isinstance(value, dict):
        shown = ((name, inner) for name, inner in value.items() if inner is not None and not name.endswith("Timestamp"))
        return "".join(f"<{name}>{to_xml(inner)}</{name}>" for name, inner in shown)
    if isinstance(value, list):
        return "".join(f"<member>{to_xml(inner)}</member>" for inner in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))
