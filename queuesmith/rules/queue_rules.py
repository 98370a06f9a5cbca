"""Rules about the queue and its DLQ."""

from __future__ import annotations

from collections.abc import Iterator

from queuesmith.rules.finding import Finding, Severity
from queuesmith.rules.limits import VISIBILITY_TO_TIMEOUT, recommended_visibility_timeout
from queuesmith.rules.pipeline import Pipeline


def visibility_outlasts_the_function(pipeline: Pipeline) -> Iterator[Finding]:
    """QL001: the visibility timeout is longer than the function timeout."""
    visibility, timeout = pipeline.queue.visibility_timeout, pipeline.function.timeout
    if visibility is None or timeout is None or timeout < 1 or visibility > timeout:
        return  # a function timeout of 0 is another rule's business
    window = pipeline.mapping.batching_window or 0
    recommended = recommended_visibility_timeout(timeout, window)
    yield Finding(
        rule="QL001",
        severity=Severity.ERROR,
        attribute="queue.visibility_timeout",
        message=(
            f"queue.visibility_timeout is {visibility} s, but function.timeout is {timeout} s: a message becomes visible again "
            "while the function still works on it, and is worked twice"
        ),
        remedy=(
            f"Leave queue.visibility_timeout out (it is then {recommended} s: 6 × function timeout + batching window), "
            f"or set it above {timeout}"
        ),
        source=VISIBILITY_TO_TIMEOUT.source,
    )
