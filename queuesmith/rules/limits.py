"""Every limit, once, with where it comes from. Read on 2026-11-23."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recommendation:
    """What AWS recommends, and the page that says so."""

    factor: int
    source: str


VISIBILITY_TO_TIMEOUT = Recommendation(
    factor=6,
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
)
"""Visibility timeout ≥ 6 × function timeout + batching window: room for retries of a throttled batch."""


def recommended_visibility_timeout(function_timeout: int, batching_window: int) -> int:
    """Seconds of visibility timeout for a function timeout and a batching window, both in seconds."""
    return VISIBILITY_TO_TIMEOUT.factor * function_timeout + batching_window
