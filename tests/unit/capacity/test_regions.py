"""The throughput of FIFO queues depends on the region, and so does the price."""

from __future__ import annotations

from datetime import date

import pytest

from queuesmith.capacity import ServiceTime, Workload, predict, steady
from queuesmith.rules import EventSourceMapping, Function, Pipeline, Queue

PIPELINE = Pipeline(
    name="orders",
    queue=Queue(fifo=True, deduplication_scope="messageGroup", throughput_limit="perMessageGroupId"),
    function=Function(),
    mapping=EventSourceMapping(batch_size=10),
    today=date(2026, 11, 30),
)
WORKLOAD = Workload(phases=steady(10, 60), service=ServiceTime.constant(0.02), groups=10)


@pytest.mark.parametrize(
    ("region", "calls", "priced_in"),
    [
        ("us-east-1", 70_000, "us-east-1"),
        ("eu-central-1", 19_000, "eu-central-1"),
        ("ap-northeast-1", 9_000, "us-east-1"),
        ("eu-west-2", 4_500, "eu-central-1"),
        ("ca-central-1", 2_400, "us-east-1"),
    ],
)
def test_fifo_throughput_is_that_of_the_region(region: str, calls: int, priced_in: str) -> None:
    prediction = predict(PIPELINE, WORKLOAD, region=region, engine="slots")
    assert {prediction.profile.assume(end).fifo_high_throughput_calls for end in ("best", "likely", "worst")} == {calls}
    assert calls * 10 in {bound.rate for bound in prediction.bounds}
    assert prediction.region == priced_in


def test_fifo_throughput_of_an_unknown_region_is_a_range() -> None:
    constant = predict(PIPELINE, WORKLOAD, region=None, engine="slots").profile.constants["fifo_high_throughput_calls"]
    assert (constant.at("best"), constant.at("likely"), constant.at("worst")) == (70_000, 70_000, 2_400)
