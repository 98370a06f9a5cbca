"""docs/architecture.md: packages are the folders, arrows are the imports, and walkthroughs name existing modules."""

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


def packages() -> set[str]:
    """The packages on the page: those of the library, and the others that are shipped or deployed."""
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
    """The imports between packages, by the names in the diagram."""
    graph = grimp.build_graph(*PROJECT, cache_dir=None)
    found = set()
    for module in graph.modules:
        found |= {(package_of(module), package_of(imported)) for imported in graph.find_modules_directly_imported_by(module)}
    in_page = {name.rstrip("/").rpartition("/")[2] for name in packages()}
    return {(importer, imported) for importer, imported in found if importer != imported and {importer, imported} <= in_page}


def package_of(module: str) -> str:
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "queuesmith" else package


def test_packages_of_the_page_are_the_folders() -> None:
    (table,) = re.findall(r"^\| package \|.*?\n\n", PAGE, re.DOTALL | re.MULTILINE)
    listed = re.findall(r"^\| `([\w/]+)` \| .{20}", table, re.MULTILINE)
    assert sorted(listed) == sorted(packages())


def test_packages_of_the_diagram_are_the_folders() -> None:
    (diagram,) = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    names = set(re.findall(r"\b[a-z_]+\b", re.sub(r'\["[^"]*"\]|flowchart TD', "", diagram)))
    assert names == {name.rstrip("/").rpartition("/")[2] for name in packages()}


def test_every_import_between_packages_follows_the_arrows(imports: set[tuple[str, str]]) -> None:
    assert len(imports) > 15
    assert imports - reachable(diagram_arrows()) == set()


def test_every_arrow_is_an_import(imports: set[tuple[str, str]]) -> None:
    assert diagram_arrows() - imports == set()


@pytest.mark.parametrize("path", sorted(set(re.findall(rf"`((?:{'|'.join(LINTED)})/[\w/.]*)`", PAGE))))
def test_modules_of_the_page_exist(path: str) -> None:
    assert (ROOT / path).exists()
