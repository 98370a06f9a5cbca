"""The packages of the library: their docstrings, and the names that scripts and other packages import from them."""

from __future__ import annotations

import importlib
import re
from types import ModuleType

import pytest

from tests.conftest import ROOT

PACKAGES = sorted(path.parent.name for path in (ROOT / "queuesmith").glob("*/__init__.py"))
ROWS = dict(re.findall(r"^\| `queuesmith/(\w+)/` \| (.+) \|$", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE))
EXAMPLES = [
    "docs/commands.md",
    "queuesmith/checks/deployed_check.py",
    "queuesmith/checks/terraform_check.py",
    "queuesmith/operations/invocation/handler_run.py",
    "queuesmith/operations/redriving/__init__.py",
]
"""Files whose examples show scripts what to import: Python blocks in pages, and indented code in docstrings."""


@pytest.mark.parametrize("package", PACKAGES)
def test_package_docstring_equals_the_architecture_page(package: str) -> None:
    sentence, *rest = str(importlib.import_module(f"queuesmith.{package}").__doc__).splitlines()
    assert not rest or not rest[0]
    assert sentence[0].lower() + sentence[1:].removesuffix(".") == ROWS[package][0].lower() + ROWS[package][1:]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_can_be_imported(package: str) -> None:
    module = importlib.import_module(f"queuesmith.{package}")
    assert module.__all__
    for name in [*module.__all__, *module.__all__]:  # twice: the first access could bind a module of the same name
        assert not isinstance(getattr(module, name), ModuleType)


@pytest.mark.parametrize("path", EXAMPLES)
def test_script_examples_use_only_public_names(path: str) -> None:
    text = (ROOT / path).read_text()
    shown = text if path.endswith(".md") else text.split('"""')[1]
    imports = re.findall(r"^ *from (queuesmith[\w.]*) import (.+)$", shown, re.MULTILINE)
    assert imports
    for module, names in imports:
        assert set(names.split(", ")) <= set(importlib.import_module(module).__all__)
