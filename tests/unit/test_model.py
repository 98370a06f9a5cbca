"""The model that the rules check agrees with what the constructs create: both are compared field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from queuesmith.checks.worker_check import check_worker
from queuesmith.readers.settings.pipeline import WorkerContext, settings_pipeline
from queuesmith.readers.terraform.input import from_json
from queuesmith.readers.terraform.pipelines import pipelines_in
from queuesmith.rules import Pipeline, Unknown
from queuesmith.settings import WorkerSettings
from tests.checking import TODAY
from tests.unit.conftest import Synthesized, Worker

OWN_WORDS = frozenset(
    {
        "address",
        "arns",
        "backoff_base",
        "backoff_cap",
        "consumers",
        "dialect",
        "fair",
        "handler_problem",
        "resources",
        "source_arns",
        "sources",
        "target",
        "message_concurrency",
        "minimum_remaining_time",
        "pages",
        "sends_to_dlq_immediately",
        "outage",
        "pause_base",
        "pause_cap",
        "where",
    }
)
"""Fields whose values are worded differently by each reader, or that only one of them knows."""
EVERYTHING: dict[str, Any] = {
    "name": "prod-orders",
    "queue": {"visibility_timeout": 700, "max_receive_count": 9, "retention": 86_400},
    "dead_letter_queue": {"retention": 604_800},
    "function": {
        "memory": 512,
        "timeout": 100,
        "reserved_concurrency": 20,
        "runtime": "python3.12",
        "handler": "handlers.main.run",
        "environment": {"MODE": "fast", "LIMIT": "5"},
    },
    "logs": {"retention": 90, "level": "DEBUG", "system_level": "WARN"},
    "source": {"batch_size": 100, "batching_window": 5, "maximum_concurrency": 20},
    "tables": {"orders": {"operations": ["PutItem", "GetItem"], "variable": "ORDERS_TABLE"}},
    "failures": {"send_to_dlq_immediately": True},
    "alarms": {"dead_letter_depth": 3, "oldest_message_age": 60, "errors": 5, "throttles": 7},
}

ACCOUNT = "111111111111"
OPTIONS: dict[str, Any] = {
    "queue": {
        "delay": 5,
        "maximum_message_size": 2_048,
        "receive_wait_time": 20,
        "kms_key": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555",
        "data_key_reuse_period": 600,
    },
    "producers": {
        "topics": {"shop": {"arn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:shop"}},
        "rules": {"nightly": {"schedule": "rate(1 day)"}},
        "buckets": {"own": {"arn": "arn:aws:s3:::own"}},
        "principals": ["arn:aws:iam::222222222222:role/shop"],
    },
    "function": {"ephemeral_storage": 1_024, "tracing": True, "alias": "live", "reserved_concurrency": 20},
    "logs": {"group_class": "INFREQUENT_ACCESS"},
    "failures": {"backoff": {"base": 1, "cap": 60}, "minimum_remaining_time": 2},
    "source": {
        "filters": [{"body": {"kind": ["order"]}}],
        "partial_batch_responses": False,
        "maximum_concurrency": 5,
        "metrics": True,
    },
    "queues": {"mail": {"arn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:mail", "variable": "MAIL"}},
    "secrets": {"mail": {"name": "shop/mail", "variable": "SECRET"}},
    "parameters": {"limit": {"name": "/shop/limit", "variable": "LIMIT"}},
    "alarms": {"backlog": False, "error_rate": 5},
}
FIFO: dict[str, Any] = {
    "queue": {
        "fifo": True,
        "content_based_deduplication": True,
        "deduplication_scope": "messageGroup",
        "throughput_limit": "perMessageGroupId",
    }
}


def compared(part: str | Unknown) -> str:
    """A part of a condition. Only one of the two sides knows the reference."""
    return "a reference" if isinstance(part, Unknown) or "${" in part else part


def plain(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """The plain values in a model by path, and the unknown values."""
    if value is None or isinstance(value, bool | int | float | str | Unknown):
        yield path, value
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in OWN_WORDS:
                yield from plain(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from plain(inner, f"{path}.{key}")
    elif isinstance(value, tuple):
        yield f"{path} amount", len(value)
        for index, inner in enumerate(value):
            yield from plain(inner, f"{path}.{index}")
    elif isinstance(value, frozenset):  # a set of conditions
        yield (
            path,
            {tuple("a reference" if isinstance(part, Unknown) or "${" in part else part for part in item) for item in value},
        )


def parts(pipeline: Pipeline) -> dict[str, object]:
    """The compared values of a pipeline, by path. Alarms are sorted by metric."""
    named = ("queue", "dead_letter_queue", "function", "mapping", "role", "log_group", "environment")
    found = dict(pair for name in named for pair in plain(getattr(pipeline, name), name))
    assert not isinstance(pipeline.alarms, Unknown)
    for alarm in pipeline.alarms:
        watched = " and ".join(sorted(f"{metric.of}: {metric.name}" for metric in alarm.metrics))
        found |= plain(alarm, f"alarm on {watched} every {alarm.period} s")
    return found


def without_unknown(mine: dict[str, object], theirs: dict[str, object]) -> dict[str, object]:
    """The values of one side that both sides know."""
    unknown = {path for side in (mine, theirs) for path, value in side.items() if isinstance(value, Unknown)}
    covered = tuple(f"{path}{more}" for path in unknown for more in (".", " "))
    return {path: value for path, value in mine.items() if path not in unknown and not path.startswith(covered)}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"function": {"artifact": {"s3": {"bucket": "artifacts", "key": "orders.zip"}}}},
        {"function": {"artifact": {"image": "1.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:" + "a" * 64}}},
        {"function": {"reserved_concurrency": 0}, "queue": {"visibility_timeout": 0}},
        EVERYTHING,
        OPTIONS,
        FIFO,
        {"queue": {"kms_key": "alias/aws/sqs"}, "source": {"pollers": {"maximum": 20}}},
    ],
    ids=["default", "s3", "image", "zeros", "everything", "options", "fifo", "aws managed key"],
)
def test_pipeline_of_the_settings_equals_that_of_the_json(
    synthesized: Synthesized, worker: Worker, changes: dict[str, Any]
) -> None:
    (made,) = pipelines_in(from_json(synthesized(**changes), "cdk.tf.json"), TODAY).pipelines
    model = settings_pipeline("orders", worker(**changes), TODAY, WorkerContext(environment="test", alarms_are_sent=True))
    expected, actual = parts(model), parts(made)
    assert without_unknown(expected, actual) == without_unknown(actual, expected)
    assert len(without_unknown(expected, actual)) >= 60


def test_suppression_stays_valid_if_the_handler_was_not_read(worker: Worker) -> None:
    def found(settings: WorkerSettings, *, read_zip: bool) -> list[str]:
        return [finding.rule for finding in check_worker("orders", settings, TODAY, read_zip=read_zip)]

    suppress = {"QL204": "it is made at deployment"}
    missing = {"artifact": {"zip": "nowhere.zip"}}
    assert found(worker(suppress=suppress), read_zip=False) == []
    assert found(worker(suppress=suppress, function=missing), read_zip=True) == []
    assert found(worker(suppress=suppress), read_zip=True) == ["QL903"]
    assert found(worker(suppress=suppress, function={"runtime": "java21"}), read_zip=False) == ["QL903"]
