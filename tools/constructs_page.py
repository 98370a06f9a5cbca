"""docs/constructs.md: what `queuesmith.constructs` exports, from its signatures and docstrings.

griffe reads them from the sources, so that neither cdktf nor Node is started.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

import griffe

from tools.python_api import ROOT, Row, class_section, exports, load, meaning, parameters, signature, text

PACKAGE = "queuesmith.constructs"
CONSTRUCTS = ("QueueWorker", "Table", "AlarmTopic", "EncryptionKey", "Dashboard")
PARTS = {
    "queue": "queuesmith.settings.derived.function_access.SourceQueue",
    "function": f"{PACKAGE}.worker_function.WorkerFunction",
    "source": f"{PACKAGE}.event_source.EventSource",
    "producers": f"{PACKAGE}.producers.Producers",
    "alarms": f"{PACKAGE}.alarms.AlarmPack",
}
"""The attributes of `QueueWorker` that have attributes themselves, with their classes."""


def page() -> str:
    """The page as Markdown."""
    introduction = (ROOT / "tools" / "constructs_introduction.md").read_text(encoding="utf-8")
    sections = [line for name in CONSTRUCTS for line in _construct(name)]
    return "\n".join([introduction, *sections, *_other_names()]).rstrip() + "\n"


def attributes(construct: griffe.Object) -> list[Row]:
    """Name, type and meaning of each public attribute, followed by those of its part."""
    rows = []
    for name, attribute in construct.attributes.items():
        if name.startswith("_"):
            continue
        rows.append((name, str(attribute.annotation or ""), "", meaning(attribute)))
        if construct.name == "QueueWorker" and name in PARTS:
            part = load(PARTS[name])
            documented = {key: each for key, each in part.attributes.items() if each.docstring and not key.startswith("_")}
            rows += [(f"{name}.{key}", str(each.annotation), "", meaning(each)) for key, each in documented.items()]
    return rows


def _construct(name: str) -> Iterator[str]:
    construct = load(f"{PACKAGE}.{name}")
    yield from class_section(name, construct, parameters(construct), attributes(construct))


def _other_names() -> Iterator[str]:
    provider = load(PACKAGE).attributes["AWS_PROVIDER"]
    yield "## Other names\n"
    yield f"- `AWS_PROVIDER`: `{provider.value}`. {meaning(provider)}"
    function = load(f"{PACKAGE}.aws_provider")
    yield f"- `aws_provider`: `{signature(cast(griffe.Function, function))}`. {' '.join(' '.join(text(function)).split())}"
    for name in sorted(set(exports(PACKAGE)) - {*CONSTRUCTS, "AWS_PROVIDER", "aws_provider"}):
        model = load(f"{PACKAGE}.{name}")
        summary = re.sub(r"\s+", " ", model.docstring.value.partition("\n\n")[0]) if model.docstring else ""
        yield f"- `{name}`: {summary} A pydantic model: its keys are in [settings.md](settings.md)."
