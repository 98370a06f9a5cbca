"""QL401: the deployment compared with the settings."""

from __future__ import annotations

import pytest

from queuesmith.rules import RedrivePolicy, Severity, drift
from tests.unit.rules.cases import Change, dlq, function, mapping, queue
from tests.unit.rules.pipelines import UNKNOWN, good


def test_equal_pipelines_have_no_drift() -> None:
    assert list(drift(good(), good(terraform=True))) == []


@pytest.mark.parametrize(
    ("change", "key", "message"),
    [
        (queue(retention=60), "queue.retention", "queue.retention is 345,600 in the settings, but 60 in AWS"),
        (
            queue(redrive_policy=RedrivePolicy(3)),
            "queue.max_receive_count",
            "queue.max_receive_count is 5 in the settings, but 3 in AWS",
        ),
        (queue(redrive_policy=None), "queue.redrive_policy", "queue.redrive_policy is set in the settings, but not set in AWS"),
        (
            dlq(retention=60),
            "dead_letter_queue.retention",
            "dead_letter_queue.retention is 1,209,600 in the settings, but 60 in AWS",
        ),
        (function(memory=256), "function.memory", "function.memory is 128 in the settings, but 256 in AWS"),
        (
            function(reserved_concurrency=5),
            "function.reserved_concurrency",
            "function.reserved_concurrency is not set in the settings, but 5 in AWS",
        ),
        (
            function(environment={"A": "1"}),
            "function.environment",
            "function.environment differs from the deployed variables (missing in AWS: TABLE_NAME; only in AWS: A)",
        ),
        (mapping(enabled=False), "source.enabled", "source.enabled is true in the settings, but false in AWS"),
        (
            mapping(response_types=()),
            "source.response_types",
            "source.response_types is ReportBatchItemFailures in the settings, but not set in AWS",
        ),
    ],
)
def test_different_value_is_a_warning_under_the_settings_key(change: tuple[Change], key: str, message: str) -> None:
    (found,) = drift(good(), good(terraform=True, **change[0]))
    assert (found.rule, found.severity, found.attribute, found.message) == ("QL401", Severity.WARNING, key, message)
    assert found.remedy == "Apply the settings again, or change them to the deployed values"


@pytest.mark.parametrize(
    "change",
    [
        *queue(retention=UNKNOWN),
        *queue(redrive_policy=UNKNOWN),
        *queue(redrive_policy=RedrivePolicy(UNKNOWN)),
        {"dead_letter_queue": UNKNOWN},
    ],
)
def test_unknown_values_are_not_compared(change: Change) -> None:
    assert list(drift(good(), good(**change))) == []
    assert list(drift(good(**change), good())) == []


def test_missing_part_is_reported_once() -> None:
    without = good(log_group=None)
    assert [found.message for found in drift(good(), without)] == [
        "the log group of orders is in the settings, but not deployed"
    ]
    assert [found.message for found in drift(without, good())] == [
        "the log group of orders is deployed, but not in the settings"
    ]


def test_variables_are_compared_by_name_without_showing_values() -> None:
    wanted = good(**function(environment={"A": "1", "B": "hush", "C": UNKNOWN, "D": "4"})[0])
    deployed = good(**function(environment={"A": "1", "B": "hush!", "C": "3", "E": "5"})[0])
    (found,) = drift(wanted, deployed)
    assert (
        found.message
        == "function.environment differs from the deployed variables (missing in AWS: D; only in AWS: E; different values: B)"
    )
