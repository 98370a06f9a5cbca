"""QL401: differences between the settings and the deployed worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from queuesmith.rules.book import rules_by_id
from queuesmith.rules.finding import Finding, Severity
from queuesmith.rules.part import Part
from queuesmith.rules.pipeline import Pipeline, Redrive
from queuesmith.rules.unknown import Unknown
from queuesmith.rules.wording import amount, quote

_COMPARED = {
    "queue": ("name", "fifo", "visibility_timeout", "retention", "delay", "maximum_message_size", "receive_wait", "redrive"),
    "dead_letter_queue": ("name", "retention"),
    "function": (
        "timeout", "memory", "ephemeral_storage", "runtime", "reserved_concurrency", "handler", "log_format", "environment",
    ),
    "mapping": ("batch_size", "batching_window", "maximum_concurrency", "response_types", "enabled"),
    "log_group": ("retention",),
}  # fmt: skip


def drift(wanted: Pipeline, deployed: Pipeline) -> Iterator[Finding]:
    """Yield a finding for each value that is known on both sides and differs. Messages use the keys of `wanted`."""
    for name, attributes in _COMPARED.items():
        mine, theirs = getattr(wanted, name), getattr(deployed, name)
        if isinstance(mine, Unknown) or isinstance(theirs, Unknown):
            continue
        if mine is None or theirs is None:
            if mine is not theirs:
                yield _missing((mine or theirs).address, name, wanted, there=theirs is not None)
            continue
        for attribute in (each.name for each in fields(mine) if each.name in attributes):
            yield from _compared(mine, attribute, getattr(mine, attribute), getattr(theirs, attribute))


def _compared(part: Part, attribute: str, mine: object, theirs: object) -> Iterator[Finding]:
    if isinstance(mine, Redrive) and isinstance(theirs, Redrive):
        yield from _compared(part, "max_receive_count", mine.max_receive_count, theirs.max_receive_count)
        return
    if isinstance(mine, Unknown) or isinstance(theirs, Unknown) or mine == theirs:
        return
    key = part.attribute_path(attribute)
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        if text := _variables(mine, theirs):
            yield _finding(part.address, key, f"{key} differs from the deployed variables ({text})")
        return
    yield _finding(part.address, key, f"{key} is {_shown(mine)} in the settings, but {_shown(theirs)} in AWS")


def _variables(mine: Mapping[str, object], theirs: Mapping[str, object]) -> str:
    """Describe how the variables differ, by name only: their values may be secret."""
    both = [name for name in mine if name in theirs]
    told = {
        "not deployed": sorted(mine.keys() - theirs.keys()),
        "only deployed": sorted(theirs.keys() - mine.keys()),
        "other values": sorted(
            name
            for name in both
            if not (isinstance(mine[name], Unknown) or isinstance(theirs[name], Unknown)) and mine[name] != theirs[name]
        ),
    }
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in told.items() if names)


def _shown(value: object) -> str:
    if isinstance(value, Redrive):
        return "set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "not set"
    if isinstance(value, str):
        return quote(value)
    return amount(value) if isinstance(value, int) else "not set"


def _missing(address: str, name: str, wanted: Pipeline, *, there: bool) -> Finding:
    what = "deployed, but not in the settings" if there else "in the settings, but not deployed"
    label = name.replace("dead_letter", "dead-letter").replace("_", " ")
    return _finding(address, address, f"the {label} of {wanted.name} is {what}")


def _finding(address: str, attribute: str, message: str) -> Finding:
    rule = rules_by_id()["QL401"]
    return rule.finding(Severity.WARNING, address, attribute, message, rule.remedy.rstrip("."))
