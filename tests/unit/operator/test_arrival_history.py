"""The arrivals of `capacity --from-metrics`: the periods that CloudWatch retains, and answers in several pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from queuesmith.operations import read_arrivals

NOW = datetime.now(UTC)


def answer(values: dict[datetime, float], token: str | None = None) -> dict[str, Any]:
    result = {"Id": "sent", "Timestamps": list(values), "Values": list(values.values()), "StatusCode": "PartialData"}
    return {"MetricDataResults": [result], **({"NextToken": token} if token else {})}


@pytest.mark.parametrize(
    ("days", "length", "period"), [(1, timedelta(hours=2), 60), (14.9, timedelta(days=2), 60), (31, timedelta(days=31), 300)]
)
def test_history_is_read_page_by_page_in_the_periods_that_exist(days: float, length: timedelta, period: int) -> None:
    since = NOW - timedelta(days=days)
    first = datetime.fromtimestamp(since.timestamp() // period * period, UTC)
    last = datetime.fromtimestamp((since + length).timestamp() // period * period, UTC)
    count = int((last - first).total_seconds()) // period
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "NumberOfMessagesSent",
        "Dimensions": [{"Name": "QueueName", "Value": "prod-orders"}],
    }
    request = {
        "MetricDataQueries": [{"Id": "sent", "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}],
        "StartTime": first,
        "EndTime": last,
        "ScanBy": "TimestampAscending",
    }
    client = boto3.client("cloudwatch", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    step = timedelta(seconds=period)
    with Stubber(client) as stubs:
        stubs.add_response("get_metric_data", answer({first: 3.0, first + 2 * step: 4.0}, "more"), request)
        stubs.add_response("get_metric_data", answer({first + 3 * step: 5.0, last: 9.0}), {**request, "NextToken": "more"})
        found = read_arrivals(client, "prod-orders", since=since, until=since + length)
        stubs.assert_no_pending_responses()
    assert (found.start, found.period, len(found.messages)) == (first, period, count)
    assert found.messages[:5] == (3.0, 0.0, 4.0, 5.0, 0.0)
    assert sum(found.messages) == 12, "the period that has not ended is omitted"
