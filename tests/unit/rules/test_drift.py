"""QL401: the deployment compared with the settings."""

from __future__ import annotations

import pytest

from queuesmith.rules import Pollers, RedrivePolicy, Severity, drift
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
        (
            queue(kms_key="alias/other"),
            "queue.kms_key",
            'queue.kms_key is not set in the settings, but "alias/other" in AWS',
        ),
        (
            queue(content_based_deduplication=True),
            "queue.content_based_deduplication",
            "queue.content_based_deduplication is false in the settings, but true in AWS",
        ),
        (
            dlq(kms_key="alias/other"),
            "dead_letter_queue.kms_key",
            'dead_letter_queue.kms_key is not set in the settings, but "alias/other" in AWS',
        ),
        (
            dlq(sse=False),
            "dead_letter_queue.sse",
            "dead_letter_queue.sse is true in the settings, but false in AWS",
        ),
        (function(layers=2), "function.layers", "function.layers is 0 in the settings, but 2 in AWS"),
        (mapping(filters=("{}",)), "source.filters", "source.filters is not set in the settings, but {} in AWS"),
        (mapping(qualifier="7"), "function.alias", 'function.alias is not set in the settings, but "7" in AWS'),
        (mapping(pollers=Pollers(maximum=9)), "source.pollers", "source.pollers is not set in the settings, but set in AWS"),
        (mapping(enabled=False), "source.enabled", "source.enabled is true in the settings, but false in AWS"),
        (
            mapping(response_types=()),
            "source.response_types",
            "source.response_types is ReportBatchItemFailures in the settings, but not set in AWS",
        ),
    ],
)
def test_different_value_is_a_warning_under_the_settings_key(change: tuple[Change], key: str, message: str) -> None:
    (found,) = drift(good(**dlq(sse=True)[0]), good(terraform=True, **change[0]))
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


@pytest.mark.parametrize(
    "change",
    [
        *queue(throughput_limit="perQueue", deduplication_scope="queue", sse=True, data_key_reuse_period=300),
        *function(application_level="INFO", system_level="INFO"),
    ],
)
def test_values_that_aws_fills_in_are_not_compared(change: Change) -> None:
    assert list(drift(good(), good(**change))) == []
    assert list(drift(good(**change), good())) == []


def test_only_poller_limits_that_are_set_are_compared() -> None:
    wanted = good(**mapping(pollers=Pollers(maximum=9))[0])
    assert list(drift(wanted, good(**mapping(pollers=Pollers(minimum=2, maximum=9))[0]))) == []
    (found,) = drift(wanted, good(**mapping(pollers=Pollers(minimum=2, maximum=8))[0]))
    assert (found.attribute, found.message) == (
        "source.pollers.maximum",
        "source.pollers.maximum is 9 in the settings, but 8 in AWS",
    )


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
