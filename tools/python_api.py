"""Sections of a page about a Python package: its exported classes and functions, from their signatures and docstrings.

griffe reads them from the sources, so that nothing is imported or started.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import cast

import griffe

ROOT = Path(__file__).resolve().parent.parent
_WIDTH = 100
_OPTIONS = griffe.NumpyOptions(warn_unknown_params=False, warn_missing_types=False)
"""A parameter of an exception is documented in its class, although its constructor is that of Exception."""


Row = tuple[str, str, str, str]
"""Name, type, default and meaning of a parameter or attribute."""


def exports(package: str) -> list[str]:
    """The names that a package exports."""
    return [str(name) for name in load(package).exports or []]


def load(path: str) -> griffe.Object:
    """A package, module or class of this checkout, by its dotted path."""
    found = _sources()[path]
    return found.final_target if isinstance(found, griffe.Alias) else found


@cache
def _sources() -> griffe.ModulesCollection:
    loader = griffe.GriffeLoader(search_paths=[ROOT], docstring_parser="numpy", docstring_options=_OPTIONS)
    for package in ("queuesmith", "queuesmith_worker"):
        loader.load(package)
    return loader.modules_collection


def sections(package: str, names: Iterable[str], prefix: str = "") -> Iterator[str]:
    """A section for each of these exported names. The prefix is before the names in the headings."""
    for name in names:
        documented = load(f"{package}.{name}")
        if documented.is_class:
            described = [row for row in parameters(documented) if row[3]]
            yield from class_section(prefix + name, documented, described, attributes(documented))
        elif documented.is_function:
            function = cast(griffe.Function, documented)
            yield f"## `{prefix}{name}`\n"
            yield from function_text(function)
        else:
            yield f"## `{prefix}{name}`\n"
            yield f"{meaning(cast(griffe.Attribute, documented))}\n"


def class_section(
    name: str, documented: griffe.Object, with_parameters: list[Row], with_attributes: list[Row]
) -> Iterator[str]:
    """The section of a class with its parameters, attributes, errors and methods."""
    yield f"## `{name}`\n"
    yield from text(documented)
    yield from table("parameter", with_parameters)
    yield from table("attribute", with_attributes)
    yield from table("error", [(error, "", "", when) for error, when in errors(documented)])
    yield from example(documented)
    for method in methods(documented):
        yield f"### `{name}.{method.name}`\n"
        yield from function_text(method)


def function_text(function: griffe.Function) -> Iterator[str]:
    """The signature of a function or method, its description, documented parameters, errors and example."""
    yield f"```python\n{signature(function)}\n```\n"
    yield from text(function)
    yield from table("parameter", [row for row in parameters(function) if row[3]])
    for section in _parsed(function, griffe.DocstringSectionKind.returns):
        yield "".join(f"Returns: {' '.join(item.description.split())}\n" for item in section.value)
    yield from table("error", [(error, "", "", when) for error, when in errors(function)])
    yield from example(function)


def methods(documented: griffe.Object) -> list[griffe.Function]:
    """The public methods of a class."""
    return [method for name, method in documented.functions.items() if not name.startswith("_")]


def parameters(documented: griffe.Object) -> list[Row]:
    """The parameters of a class or function. A missing meaning is empty."""
    meanings = {
        item.name: " ".join(item.description.split())
        for section in _parsed(documented, griffe.DocstringSectionKind.parameters)
        for item in section.value
    }
    function = documented.functions.get("__init__") if documented.is_class else cast(griffe.Function, documented)
    if function is None:  # an exception
        return [(name, "", "", text) for name, text in meanings.items()]
    return [
        (each.name, str(each.annotation), str(each.default or ""), meanings.get(each.name, ""))
        for each in function.parameters
        if each.name not in ("self", "cls")
    ]


def attributes(documented: griffe.Object) -> list[Row]:
    """The public attributes of a class that have a docstring, also those of its base classes in this project."""
    members = {**documented.inherited_members, **documented.members}
    return [
        (name, str(cast(griffe.Attribute, each).annotation or ""), "", meaning(cast(griffe.Attribute, each)))
        for name, each in members.items()
        if each.is_attribute and each.docstring and not name.startswith("_")
    ]


def errors(documented: griffe.Object) -> list[tuple[str, str]]:
    """The exceptions that a class or function raises, and when."""
    return [
        (str(item.annotation), " ".join(item.description.split()))
        for section in _parsed(documented, griffe.DocstringSectionKind.raises)
        for item in section.value
    ]


def text(documented: griffe.Object) -> Iterator[str]:
    """The description of a class or function."""
    for section in _parsed(documented, griffe.DocstringSectionKind.text):
        yield f"{section.value}\n"


def example(documented: griffe.Object) -> Iterator[str]:
    """The example in a docstring, as a block of code."""
    for section in _parsed(documented, griffe.DocstringSectionKind.admonition):
        yield f"```python\n{dedent(section.value.contents).strip()}\n```\n"


def meaning(attribute: griffe.Attribute) -> str:
    """The docstring of an attribute or property in one line, with the errors that a property raises."""
    raised = [f"Raises `{error}` {when[0].lower()}{when[1:]}" for error, when in errors(attribute)]
    return " ".join([*" ".join(text(attribute)).split(), *raised])


def signature(function: griffe.Function) -> str:
    """The call of a function with the types of its parameters. A long one has a line for each parameter."""
    shown = list(_parameters_in_call(function))
    returned = f" -> {function.annotation}" if str(function.annotation) != "None" else ""
    one_line = f"{function.name}({', '.join(shown)}){returned}"
    one_by_one = [f"{function.name}(", *(f"    {each}," for each in shown), f"){returned}"]
    return one_line if len(one_line) <= _WIDTH else "\n".join(one_by_one)


def _parameters_in_call(function: griffe.Function) -> Iterator[str]:
    kinds = griffe.ParameterKind
    prefixes = {kinds.var_positional: "*", kinds.var_keyword: "**"}
    has_star = False
    for each in function.parameters:
        if each.name in ("self", "cls"):
            continue
        if each.kind is kinds.keyword_only and not has_star:
            yield "*"
        prefix = prefixes.get(each.kind, "") if each.kind else ""
        has_star = has_star or each.kind in (kinds.keyword_only, kinds.var_positional)
        default = "" if prefix or each.default is None else f" = {each.default}"
        yield f"{prefix}{each.name}: {each.annotation}{default}"


def table(kind: str, rows: list[Row]) -> Iterator[str]:
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


def _parsed(documented: griffe.Object, kind: griffe.DocstringSectionKind) -> list[griffe.DocstringSection]:
    return [section for section in documented.docstring.parsed if section.kind is kind] if documented.docstring else []


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""
