"""Settings for property tests: what somebody may write, near the limits and beyond them."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
TEXTS = st.text(alphabet=string.ascii_letters + string.digits + " .,:/@_-", min_size=1, max_size=40)
LOG_RETENTIONS = st.sampled_from((0, 1, 2, 7, 30, 90, 3653, 4000))


def near(*limits: int) -> st.SearchStrategy[int]:
    """Numbers around limits, and some that are anywhere."""
    close = [limit + step for limit in limits for step in (-1, 0, 1) if limit + step >= 0]
    return st.one_of(st.sampled_from(close), st.integers(0, max(limits) * 2 or 1))


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A table with some of these keys."""
    return st.fixed_dictionaries({}, optional=fields)


def workers(name: str, zip_path: str | None) -> st.SearchStrategy[dict[str, Any]]:
    """Settings of a worker of the right shape. Without a zip its code is in S3 or an image."""
    s3 = st.just({"s3": {"bucket": "artifacts", "key": "orders.zip"}})
    image = st.just({"image": f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:{'0' * 64}"})
    local = st.just({"zip": zip_path}) if zip_path else s3
    function = st.fixed_dictionaries(
        {"artifact": st.one_of(local, s3, image)},
        optional={
            "timeout": near(1, 600, 900),
            "memory": near(128, 10_240),
            "reserved_concurrency": near(0, 2, 1_000),
            "runtime": st.sampled_from(("python3.13", "python3.12", "python3.8", "nodejs22.x")),
            "architecture": st.sampled_from(("arm64", "x86_64")),
            "environment": st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True), TEXTS, max_size=4),
        },
    )
    return st.fixed_dictionaries(
        {"name": st.just(name), "function": function},
        optional={
            "queue": _some(
                visibility_timeout=near(0, 30, 43_200),
                max_receive_count=near(0, 5, 1_000),
                retention=near(60, 345_600, 1_209_600),
            ),
            "dead_letter_queue": _some(retention=near(60, 345_600, 1_209_600)),
            "logs": _some(retention=LOG_RETENTIONS, level=st.sampled_from(("TRACE", "DEBUG", "INFO", "FATAL"))),
            "source": _some(
                batch_size=near(1, 10, 10_000),
                batching_window=near(0, 300),
                maximum_concurrency=near(2, 1_000),
                expected_seconds_per_record=near(1, 300).filter(bool) | st.floats(0.1, 400),
            ),
            "alarms": _some(
                dead_letter_depth=near(0, 1), oldest_message_age=near(0, 900), errors=near(0, 1), throttles=near(0, 1_000)
            ),
            "accept": st.dictionaries(st.sampled_from(("QL002", "QL007", "QL003", "QL208", "QL999")), TEXTS, max_size=2),
        },
    )


STRANGE_TEXTS = st.sampled_from(
    ("[key]", "${TfToken[TOKEN.1]}", "#{TfToken[TOKEN.1]}", "${var.x}", "$${", "x" * 300, "\x1b[31m", "a.b", "")
)
STRANGE_NUMBERS = st.sampled_from(
    (float("inf"), float("-inf"), float("nan"), -1.9e289, -1.8881545897087503e289, 2**53, 10**400)
)
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=3)
    | STRANGE_TEXTS
    | STRANGE_NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
"""Anything that TOML, or a script, may put somewhere."""
