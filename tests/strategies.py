"""Settings for property tests, with values near the limits and beyond them."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
TEXTS = st.text(alphabet=string.ascii_letters + string.digits + " .,:/@_-", min_size=1, max_size=40)
LOG_RETENTIONS = st.sampled_from((0, 1, 2, 7, 30, 90, 3653, 4000))


def near(*limits: int) -> st.SearchStrategy[int]:
    """Numbers around the limits, and some arbitrary ones."""
    close = [limit + step for limit in limits for step in (-1, 0, 1) if limit + step >= 0]
    return st.one_of(st.sampled_from(close), st.integers(0, max(limits) * 2 or 1))


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A table with some of these keys."""
    return st.fixed_dictionaries({}, optional=fields)


ACCOUNT = "111111111111"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1111-2222"
KEYS = st.sampled_from((KEY, "alias/aws/sqs"))
QUEUES = st.sampled_from((f"arn:aws:sqs:eu-west-1:{ACCOUNT}:other", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:other.fifo"))
THRESHOLDS = st.just(False) | near(0, 1, 1_000)
FILTERS = st.sampled_from(({"body": {"kind": ["order"]}}, '{"body":{"kind":["mail"]}}', {"data": {}}, "{"))


def _mostly_in(low: int, high: int) -> st.SearchStrategy[int]:
    """Numbers within the limits, at their ends, and sometimes one beyond."""
    return st.sampled_from((low, low + 1, (low + high) // 2, high - 1, high, high + 1))


def _queue() -> st.SearchStrategy[dict[str, Any]]:
    fifo: dict[str, st.SearchStrategy[Any]] = {
        "fifo": st.just(True),
        "content_based_deduplication": st.booleans(),
        "deduplication_scope": st.sampled_from(("queue", "messageGroup")),
        "throughput_limit": st.sampled_from(("perQueue", "perMessageGroupId")),
    }
    both: dict[str, st.SearchStrategy[Any]] = {
        "visibility_timeout": near(0, 30, 43_200),
        "max_receive_count": near(0, 5, 1_000),
        "retention": near(60, 345_600, 1_209_600),
        "delay": _mostly_in(0, 900),
        "maximum_message_size": _mostly_in(1_024, 262_144),
        "receive_wait_time": _mostly_in(0, 20),
        "kms_key": KEYS,
        "data_key_reuse_period": _mostly_in(60, 86_400),
    }
    return _some(**both) | _some(**both, **fifo)


def _source() -> st.SearchStrategy[dict[str, Any]]:
    pollers = _some(minimum=_mostly_in(2, 200), maximum=_mostly_in(2, 2_000))
    return _some(
        batch_size=near(1, 10, 10_000),
        batching_window=near(0, 300),
        maximum_concurrency=_mostly_in(2, 1_000),
        expected_seconds_per_record=near(1, 300).filter(bool) | st.floats(0.1, 400),
        filters=st.lists(FILTERS, max_size=3),
        metrics=st.booleans(),
        pollers=pollers,
        enabled=st.booleans(),
        partial_batch_responses=st.booleans(),
    )


def _alarms() -> st.SearchStrategy[dict[str, Any]]:
    names = ("dead_letter_depth", "dead_letter_expiry", "oldest_message_age", "expiry", "backlog", "time_to_drain", "errors")
    more = ("in_flight", "error_rate", "throttles", "duration", "concurrency")
    no_messages = st.sampled_from((False, 300, 86_400, 604_800))
    return _some(no_messages=no_messages, **dict.fromkeys((*names, *more), THRESHOLDS))


def workers(name: str, zip_path: str | None) -> st.SearchStrategy[dict[str, Any]]:
    """Settings of a worker, of the right types. Without `zip_path` its code is in S3 or an image."""
    s3 = st.just({"s3": {"bucket": "artifacts", "key": "orders.zip"}})
    image = st.just({"image": f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:{'0' * 64}"})
    local = st.just({"zip": zip_path}) if zip_path else s3
    function = st.fixed_dictionaries(
        {"artifact": st.one_of(local, s3, image)},
        optional={
            "timeout": near(1, 600, 900),
            "memory": near(128, 10_240),
            "reserved_concurrency": near(0, 2, 1_000),
            "ephemeral_storage": near(512, 10_240),
            "tracing": st.booleans(),
            "runtime": st.sampled_from(("python3.13", "python3.12", "python3.8", "nodejs22.x")),
            "architecture": st.sampled_from(("arm64", "x86_64")),
            "environment": st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True), TEXTS, max_size=4),
        },
    )
    made = {"queue": _queue(), "dead_letter_queue": _some(retention=near(60, 345_600, 1_209_600))}
    theirs_too = {"visibility_timeout": near(0, 30, 43_200), "maximum_message_size": _mostly_in(1_024, 1_048_576)}
    there = st.fixed_dictionaries({"arn": QUEUES}, optional=theirs_too)
    others = _others()
    own = st.fixed_dictionaries({"name": st.just(name), "function": function}, optional={**made, **others})
    theirs = st.fixed_dictionaries({"name": st.just(name), "function": function, "existing_queue": there}, optional=others)
    return st.one_of(own, own, theirs)


def _others() -> dict[str, st.SearchStrategy[Any]]:
    """The tables in addition to function and queue."""
    return {
        "logs": _some(retention=LOG_RETENTIONS, level=st.sampled_from(("TRACE", "DEBUG", "INFO", "FATAL"))),
        "source": _source(),
        "secrets": st.just({"mail": {"name": "mail", "variable": "MAIL_SECRET"}}),
        "queues": st.just({"next": {"arn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:next", "variable": "NEXT"}}),
        "alarms": _alarms(),
        "suppress": st.dictionaries(st.sampled_from(("QL002", "QL007", "QL003", "QL208", "QL999")), TEXTS, max_size=2),
    }


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
"""Any value that a TOML file or a script can contain."""
