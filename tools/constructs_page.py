"""docs/constructs.md: what `queuesmith.constructs` exports, from its signatures and docstrings.

griffe reads them from the sources, so that neither cdktf nor Node is started.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

import griffe

ROOT = Path(__file__).resolve().parent.parent
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


def exports() -> list[str]:
    """The names that the package exports."""
    return [str(name) for name in load(PACKAGE).exports or []]


def load(path: str) -> griffe.Object:
    """A package, module or class of this checkout, by its dotted path."""
    found = _sources()[path]
    return found.final_target if isinstance(found, griffe.Alias) else found


@cache
def _sources() -> griffe.ModulesCollection:
    loader = griffe.GriffeLoader(search_paths=[ROOT], docstring_parser="numpy")
    loader.load("queuesmith")
    return loader.modules_collection


def _construct(name: str) -> Iterator[str]:
    construct = load(f"{PACKAGE}.{name}")
    yield f"## `{name}`\n"
    yield from _text(construct)
    yield from _table("parameter", parameters(construct))
    yield from _table("attribute", attributes(construct))
    yield from _table("error", [(error, "", "", text) for error, text in errors(construct)])
    for method in methods(construct):
        yield f"### `{_signature(method)}`\n"
        yield from _text(method)
        yield from _table("parameter", [row for row in parameters(method) if row[3]])
        yield from _table("error", [(error, "", "", text) for error, text in errors(method)])


def methods(construct: griffe.Object) -> list[griffe.Function]:
    """The public methods."""
    return [method for name, method in construct.functions.items() if not name.startswith("_")]


def parameters(documented: griffe.Object) -> list[tuple[str, str, str, str]]:
    """Name, type, default and meaning of each parameter of a class or function. A missing meaning is empty."""
    meanings = {
        item.name: " ".join(item.description.split())
        for section in _sections(documented, griffe.DocstringSectionKind.parameters)
        for item in section.value
    }
    function = cast(griffe.Function, documented.functions["__init__"] if documented.is_class else documented)
    return [
        (parameter.name, str(parameter.annotation), str(parameter.default or ""), meanings.pop(parameter.name, ""))
        for parameter in function.parameters
        if parameter.name != "self"
    ]


def attributes(construct: griffe.Object) -> list[tuple[str, str, str, str]]:
    """Name, type and meaning of each public attribute, followed by those of its part."""
    rows = []
    for name, attribute in construct.attributes.items():
        if name.startswith("_"):
            continue
        rows.append((name, str(attribute.annotation or ""), "", _meaning(attribute)))
        if construct.name == "QueueWorker" and name in PARTS:
            part = load(PARTS[name])
            documented = {key: each for key, each in part.attributes.items() if each.docstring and not key.startswith("_")}
            rows += [(f"{name}.{key}", str(each.annotation), "", _meaning(each)) for key, each in documented.items()]
    return rows


def errors(documented: griffe.Object) -> list[tuple[str, str]]:
    """The exceptions that a class or function raises, and when."""
    return [
        (str(item.annotation), " ".join(item.description.split()))
        for section in _sections(documented, griffe.DocstringSectionKind.raises)
        for item in section.value
    ]


def _sections(documented: griffe.Object, kind: griffe.DocstringSectionKind) -> list[griffe.DocstringSection]:
    return [section for section in documented.docstring.parsed if section.kind is kind] if documented.docstring else []


def _text(documented: griffe.Object) -> Iterator[str]:
    for section in _sections(documented, griffe.DocstringSectionKind.text):
        yield f"{section.value}\n"


def _meaning(attribute: griffe.Attribute) -> str:
    return " ".join(attribute.docstring.value.split()) if attribute.docstring else ""


def _signature(function: griffe.Function) -> str:
    shown = [f"{name}: {type_}" + (f" = {default}" if default else "") for name, type_, default, _ in parameters(function)]
    return f"{function.name}({', '.join(shown)})" + (f" -> {function.annotation}" if str(function.annotation) != "None" else "")


def _table(kind: str, rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    """A table without columns that are empty in every row."""
    if not rows:
        return
    titles = (kind, "type", "default", "meaning" if kind != "error" else "when")
    used = [index for index in range(len(titles)) if any(row[index] for row in rows)]
    yield "| " + " | ".join(titles[index] for index in used) + " |"
    yield "|" + " --- |" * len(used)
    for row in rows:
        cells = [_code(cell) if index < 3 else cell for index, cell in enumerate(row)]
        yield "| " + " | ".join(cells[index] for index in used) + " |"
    yield ""


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""


def _other_names() -> Iterator[str]:
    provider = load(PACKAGE).attributes["AWS_PROVIDER"]
    yield "## Other names\n"
    yield f"- `AWS_PROVIDER`: `{provider.value}`. {_meaning(provider)}"
    function = load(f"{PACKAGE}.aws_provider")
    yield f"- `aws_provider`: `{_signature(cast(griffe.Function, function))}`. {' '.join(' '.join(_text(function)).split())}"
    for name in sorted(set(exports()) - {*CONSTRUCTS, "AWS_PROVIDER", "aws_provider"}):
        model = load(f"{PACKAGE}.{name}")
        summary = re.sub(r"\s+", " ", model.docstring.value.partition("\n\n")[0]) if model.docstring else ""
        yield f"- `{name}`: {summary} A pydantic model: its keys are in [settings.md](settings.md)."
