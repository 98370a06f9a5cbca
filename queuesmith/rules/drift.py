"""QL401: differences between the settings and the deployed worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from queuesmith.rules.book import rules_by_id
from queuesmith.rules.finding import Finding, Severity
from queuesmith.rules.part import Part
from queuesmith.rules.pipeline import Pipeline, Pollers
from queuesmith.rules.queue import RedrivePolicy
from queuesmith.rules.unknown import Unknown
from queuesmith.rules.wording import amount, quote

_COMPARED = {
    "queue": (
        "name", "fifo", "visibility_timeout", "retention", "delay", "maximum_message_size", "receive_wait_time",
        "redrive_policy", "content_based_deduplication", "deduplication_scope", "throughput_limit", "kms_key", "sse",
        "data_key_reuse_period",
    ),
    "dead_letter_queue": (
        "name", "fifo", "retention", "deduplication_scope", "throughput_limit", "kms_key", "sse", "data_key_reuse_period",
    ),
    "function": (
        "timeout", "memory", "ephemeral_storage", "runtime", "reserved_concurrency", "handler", "log_format", "layers",
        "application_level", "system_level", "environment",
    ),
    "mapping": (
        "batch_size", "batching_window", "maximum_concurrency", "pollers", "filters", "response_types", "qualifier", "enabled",
    ),
    "log_group": ("retention",),
}  # fmt: skip
"""The compared attributes. Policies are not compared: their statements are worded differently, and other rules check them."""
_FILLED_IN_BY_AWS = frozenset(
    {"deduplication_scope", "throughput_limit", "sse", "data_key_reuse_period", "application_level", "system_level"}
)
"""Attributes that AWS sets if the settings omit them. They are compared only if both sides contain them."""


def drift(settings: Pipeline, deployed: Pipeline) -> Iterator[Finding]:
    """Yield a finding for each value that is known on both sides and differs. Messages use the keys of `settings`."""
    for name, attributes in _COMPARED.items():
        expected, actual = getattr(settings, name), getattr(deployed, name)
        if isinstance(expected, Unknown) or isinstance(actual, Unknown):
            continue
        if expected is None or actual is None:
            if expected is not actual:
                yield _missing((expected or actual).address, name, settings, is_deployed=actual is not None)
            continue
        for attribute in (each.name for each in fields(expected) if each.name in attributes):
            yield from _compare(expected, attribute, getattr(expected, attribute), getattr(actual, attribute))


def _compare(part: Part, attribute: str, expected: object, actual: object) -> Iterator[Finding]:
    if isinstance(expected, RedrivePolicy) and isinstance(actual, RedrivePolicy):
        yield from _compare(part, "max_receive_count", expected.max_receive_count, actual.max_receive_count)
        return
    if isinstance(expected, Pollers) and isinstance(actual, Pollers):
        for name in ("minimum", "maximum"):
            if getattr(expected, name) is not None:
                yield from _compare(part, f"{name}_pollers", getattr(expected, name), getattr(actual, name))
        return
    if isinstance(expected, Unknown) or isinstance(actual, Unknown) or expected == actual:
        return
    if attribute in _FILLED_IN_BY_AWS and (expected is None or actual is None):
        return
    key = part.attribute_path(attribute)
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        if text := _variables(expected, actual):
            yield _finding(part.address, key, f"{key} differs from the deployed variables ({text})")
        return
    yield _finding(part.address, key, f"{key} is {_shown(expected)} in the settings, but {_shown(actual)} in AWS")


def _variables(expected: Mapping[str, object], actual: Mapping[str, object]) -> str:
    """Describe how the variables differ, by name only: their values may be secret."""
    both = [name for name in expected if name in actual]
    differences = {
        "missing in AWS": sorted(expected.keys() - actual.keys()),
        "only in AWS": sorted(actual.keys() - expected.keys()),
        "different values": sorted(
            name
            for name in both
            if not (isinstance(expected[name], Unknown) or isinstance(actual[name], Unknown)) and expected[name] != actual[name]
        ),
    }
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in differences.items() if names)


def _shown(value: object) -> str:
    if isinstance(value, RedrivePolicy | Pollers):
        return "set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "not set"
    if isinstance(value, str):
        return quote(value)
    return amount(value) if isinstance(value, int) else "not set"


def _missing(address: str, name: str, settings: Pipeline, *, is_deployed: bool) -> Finding:
    what = "deployed, but not in the settings" if is_deployed else "in the settings, but not deployed"
    label = "DLQ" if name == "dead_letter_queue" else name.replace("_", " ")
    return _finding(address, address, f"the {label} of {settings.name} is {what}")


def _finding(address: str, attribute: str, message: str) -> Finding:
    rule = rules_by_id()["QL401"]
    return rule.finding(Severity.WARNING, address, attribute, message, rule.remedy.rstrip("."))
