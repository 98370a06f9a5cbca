"""The cost of a pipeline: each item is priced, not priced, or named as not included."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from queuesmith.capacity import Prediction, ServiceTime, Workload, predict, steady, with_changes
from queuesmith.capacity.excluded_costs import not_included
from queuesmith.capacity.prices import SECONDS_A_MONTH
from queuesmith.common.errors import UsageError
from queuesmith.rules import EventSourceMapping, Function, LogGroup, Pipeline, Queue, Role, Statement, Unknown

WORKLOAD = Workload(phases=steady(10, 300), service=ServiceTime.constant(0.02))
ROLE = Role(statements=(Statement(actions=("dynamodb:PutItem", "s3:GetObject", "logs:PutLogEvents")),))
PIPELINE = Pipeline(
    name="orders",
    queue=Queue(fair=False),
    function=Function(),
    mapping=EventSourceMapping(),
    today=date(2026, 11, 29),
    role=ROLE,
    log_group=LogGroup(retention=30),
    alarms=(),
)
SURCHARGE = "the surcharge of a fair queue, if messages have group IDs (--try queue.fair=true)"


def costs_of(prediction: Prediction) -> dict[str, Any]:
    return {each.name: each for each in prediction.costs}


def costs(pipeline: Pipeline, region: str = "us-east-1") -> dict[str, Any]:
    return costs_of(predict(pipeline, WORKLOAD, region=region, engine="slots"))


def test_fair_queue_has_its_surcharge() -> None:
    before, after = costs(PIPELINE), costs(with_changes(PIPELINE, {"queue.fair": True}))
    assert after.keys() - before.keys() == {"fair queue surcharge"}
    surcharge = after["fair queue surcharge"]
    names = ("sends", "receives", "deletes", "visibility changes", "sends to the DLQ")
    assert surcharge.quantity == pytest.approx(sum(before[name].quantity for name in names if name in before))
    assert surcharge.usd == pytest.approx(surcharge.quantity * 0.10 / 1e6)


@pytest.mark.parametrize(("region", "is_priced"), [("us-east-1", True), ("eu-central-1", False)])
def test_tracing_is_billed_or_not_priced(region: str, is_priced: bool) -> None:
    items = costs(with_changes(PIPELINE, {"function.tracing": True}), region)
    invocations, traces = items["invocations"].quantity, items["X-Ray traces"]
    first = min(SECONDS_A_MONTH, invocations)
    assert traces.quantity == pytest.approx(first + (invocations - first) * 0.05)
    assert (traces.usd is not None) is is_priced


def test_encrypted_queue_calls_kms_once_per_reuse_period() -> None:
    queue = Queue(fair=False, kms_key="alias/orders", data_key_reuse_period=600)
    item = costs(replace(PIPELINE, queue=queue))["KMS requests of the queue"]
    assert item.quantity == SECONDS_A_MONTH / 600 * 3
    assert item.usd == pytest.approx(item.quantity * 0.03 / 10_000)


def test_handlers_services_and_the_environment_are_named() -> None:
    found = not_included(PIPELINE, WORKLOAD)
    assert found[0] == "the handler's requests to dynamodb, s3 (--writes adds DynamoDB writes)"
    assert any("dashboard, KMS keys" in each for each in found)
    with_writes = not_included(PIPELINE, replace(WORKLOAD, table_writes=1))
    assert with_writes[0] == "the handler's other requests to dynamodb, s3"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"queue": Queue()}, SURCHARGE),
        ({"queue": Queue(fair=False, kms_key=Unknown("the key"))}, "KMS requests of the queue, if it has a KMS key"),
        ({"function": Function(ephemeral_storage=1_024)}, "ephemeral storage above 512 MB"),
        ({"function": Function(snap_start=True)}, "SnapStart"),
        ({"log_group": LogGroup()}, "log storage, because log lines never expire"),
        ({"log_group": Unknown("the log group")}, "log storage, because the retention is unknown"),
        ({"alarms": Unknown("the alarms")}, "alarms, which are unknown"),
    ],
)
def test_what_is_missing_is_named_only_then(changed: dict[str, Any], text: str) -> None:
    assert text not in not_included(PIPELINE, WORKLOAD)
    assert text in not_included(replace(PIPELINE, **changed), WORKLOAD)


def test_fifo_queue_cannot_be_fair() -> None:
    with pytest.raises(UsageError, match="only a standard queue can be a fair queue"):
        with_changes(replace(PIPELINE, queue=Queue(fifo=True)), {"queue.fair": True})
