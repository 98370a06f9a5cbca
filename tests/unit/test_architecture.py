"""docs/architecture.md: its rooms are the folders, its arrows are the imports, and its walks name existing modules."""

from __future__ import annotations

import itertools
import re
import tomllib

import grimp
import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()
LINTED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
FOR_THE_CHECKOUT = {"tools", "tests", "benchmarks", "examples"}
"""They can import everything, and no other package imports them."""
PROJECT = sorted(set(LINTED) - FOR_THE_CHECKOUT)


def rooms() -> set[str]:
    """The folders that the page calls rooms: those of the library, and the other packages that are shipped or deployed."""
    library = {f"queuesmith/{path.parent.name}/" for path in (ROOT / "queuesmith").glob("*/__init__.py")}
    return library | {f"{name}/" for name in PROJECT if name != "queuesmith"}


def diagram_arrows() -> set[tuple[str, str]]:
    """The arrows of the diagram."""
    arrows = set()
    for importers, imported in re.findall(r"^    ([\w &]+) --> ([\w &]+)$", PAGE, re.MULTILINE):
        arrows |= set(itertools.product(importers.split(" & "), imported.split(" & ")))
    return arrows


def reachable(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The arrows, and all pairs that are connected by several arrows."""
    found = set(arrows)
    while more := {(start, end) for start, middle in found for other, end in arrows if middle == other} - found:
        found |= more
    return found


@pytest.fixture(scope="module")
def imports() -> set[tuple[str, str]]:
    """The imports between rooms, by the names in the diagram."""
    graph = grimp.build_graph(*PROJECT, cache_dir=None)
    found = set()
    for module in graph.modules:
        found |= {(room_of(module), room_of(imported)) for imported in graph.find_modules_directly_imported_by(module)}
    in_page = {name.rstrip("/").rpartition("/")[2] for name in rooms()}
    return {(importer, imported) for importer, imported in found if importer != imported and {importer, imported} <= in_page}


def room_of(module: str) -> str:
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "queuesmith" else package


def test_rooms_of_the_page_are_the_folders() -> None:
    (table,) = re.findall(r"^\| room \|.*?\n\n", PAGE, re.DOTALL | re.MULTILINE)
    listed = re.findall(r"^\| `([\w/]+)` \| .{20}", table, re.MULTILINE)
    assert sorted(listed) == sorted(rooms())


def test_rooms_of_the_diagram_are_the_folders() -> None:
    (diagram,) = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    names = set(re.findall(r"\b[a-z_]+\b", re.sub(r'\["[^"]*"\]|flowchart TD', "", diagram)))
    assert names == {name.rstrip("/").rpartition("/")[2] for name in rooms()}


def test_every_import_between_rooms_follows_the_arrows(imports: set[tuple[str, str]]) -> None:
    assert len(imports) > 15
    assert imports - reachable(diagram_arrows()) == set()


def test_every_arrow_is_an_import(imports: set[tuple[str, str]]) -> None:
    assert diagram_arrows() - imports == set()


@pytest.mark.parametrize("path", sorted(set(re.findall(rf"`((?:{'|'.join(LINTED)})/[\w/.]*)`", PAGE))))
def test_modules_of_the_page_exist(path: str) -> None:
    assert (ROOT / path).exists()
