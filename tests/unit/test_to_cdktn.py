"""In the copy of the project that is rewritten for cdktn, no code uses a name from cdktf's packages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.to_cdktn import FAST, rewrite, rewritten

CDKTF = re.compile(r"\b(cdktf|cdktf_cdktf_provider_aws)\b")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A rewritten copy of the code."""
    shutil.copy(ROOT / "main.py", tmp_path)
    for name in ("stacks", "queuesmith"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    assert tmp_path / "queuesmith" / "constructs" / "work_queue.py" in list(rewrite(tmp_path))
    return tmp_path


def test_fast_bindings_use_the_new_package_names(copy: Path) -> None:
    files = [*(copy / FAST).glob("*.py"), *(copy / FAST).glob("*.cjs")]
    texts = {path.name: path.read_text() for path in files}
    assert not [name for name, text in texts.items() if CDKTF.search(text)]
    assert 'AWS_BINDINGS = "cdktn_provider_aws"' in texts["lazy_bindings.py"]
    assert 'GENERATED = frozenset({"cdktn", AWS_BINDINGS, FIRST_ASSEMBLY})' in texts["installation.py"]
    assert r"@cdktn[\\/]provider-aws" in texts["in_node.cjs"]


def test_no_import_of_cdktf_is_left(copy: Path) -> None:
    imported = re.compile(rf"^\s*(?:from|import) {CDKTF.pattern}", re.MULTILINE)
    assert not [path for path in copy.rglob("*.py") if imported.search(path.read_text())]


def test_other_modules_have_only_imports_and_uses_rewritten() -> None:
    line = "import {0}\nfrom {0} import App\n    from {1}.sqs_queue import SqsQueue\nx = {0}.App()  # cdktf\n"
    text, new = line.format("cdktf", "cdktf_cdktf_provider_aws"), line.format("cdktn", "cdktn_provider_aws")
    assert rewritten(text) == new
    assert rewritten('OUTPUT = "cdktf.out"\n') == 'OUTPUT = "cdktf.out"\n'
