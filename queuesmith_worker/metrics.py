"""Writes the metrics of one invocation, in CloudWatch's embedded metric format."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from queuesmith_worker.log import log_safely, logger
from queuesmith_worker.outcomes import BACKED_OFF, HELD_BACK, OUT_OF_TIME, PROCESSED, UNFINISHED, describe_error
from queuesmith_worker.results import PROCESSED_RESULT, RETRY_AFTER, RecordResult

QUEUE_WAIT = "QueueWait"
"""The metric of the time from when a message was sent until it was first processed, in milliseconds."""
MAX_VALUES = 100
"""Values of a metric in one line (CloudWatch user guide, embedded metric format)."""


def write_metrics(metrics: Metrics, results: list[RecordResult], queue_waits: list[int]) -> None:
    """Count the records by outcome, and write how long they waited. A failure is logged, and changes no outcome."""
    others = [result for result in results if result is not PROCESSED_RESULT]
    counts: Counter[str] = Counter({PROCESSED: len(results) - len(others)})
    counts.update(result.outcome for result in others)
    counts[BACKED_OFF] = sum(RETRY_AFTER in result.details for result in others)
    out_of_time, held_back = counts[OUT_OF_TIME] + counts[UNFINISHED], counts[HELD_BACK]
    if out_of_time or held_back:
        log_safely(
            logger.warning,
            "messages returned to the queue unprocessed",
            out_of_time=out_of_time,
            held_back=held_back,
        )
    try:
        for name, count in counts.items():
            if count:
                metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
        for first in range(0, len(queue_waits), MAX_VALUES):
            if first:
                metrics.flush_metrics()
            # not with add_metric, which takes longer with each value
            metrics.metric_set[QUEUE_WAIT] = {"Unit": "Milliseconds", "Value": queue_waits[first : first + MAX_VALUES]}
        metrics.flush_metrics()
    except Exception as error:  # metadata that the worker's function adds is not always JSON
        log_safely(logger.error, "metrics not written", reason=describe_error(error))
    finally:
        with suppress(Exception):
            metrics.clear_metrics()  # all Metrics share their content, so the next batch would have it too
