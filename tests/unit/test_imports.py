"""Imports have one direction: the contracts in pyproject.toml hold, and they detect a violation."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.conftest import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
WRONG = {
    "queuesmith/common/times.py": ("import queuesmith.operations.worker_status", "each package imports only those below it"),
    "queuesmith/constructs/alarms.py": ("import stacks.environment", "nothing of the project that uses it"),
    "queuesmith_worker/log.py": ("import handlers.orders.order", "the toolkit imports no handlers"),
    "handlers/orders/main.py": ("import queuesmith.common.errors", "handlers and toolkit"),
    "queuesmith/settings/queue.py": ("import cdktf", "CDKTF is loaded by constructs only"),
    "queuesmith/rules/catalog/QL001_visibility_timeout.py": ("import boto3", "need no AWS"),
    "queuesmith/operations/log_reading.py": ("import tools.setup", "shipped packages import no tools"),
    "queuesmith/settings/failures.py": ("import queuesmith.settings.worker", "no circles"),
}
"""By module: a forbidden import, and the contract that it breaks."""
HIDDEN = ("def _late() -> None:", "if TYPE_CHECKING:")
"""Places for such an import. Neither hides it."""


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `lint-imports` on the packages in a folder."""
    code = "import sys; from importlinter.cli import lint_imports_command as run; sys.path.insert(0, ''); run()"
    arguments = ["--no-logo", "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run([sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def broken_contracts(message: str) -> str:
    """The names of the broken contracts, as one text, because long names are wrapped."""
    return " ".join(message.partition("Broken contracts")[2].split())


def test_imports_follow_the_contracts() -> None:
    result = lint(ROOT)
    assert (result.returncode, broken_contracts(result.stdout)) == (0, "")
    assert f"{len(SETTINGS['contracts'])} kept, 0 broken" in result.stdout


def test_each_contract_detects_a_forbidden_import(tmp_path: Path) -> None:
    for package in SETTINGS["root_packages"]:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "cdktf.out"))
    for number, (module, (wrong, _)) in enumerate(WRONG.items()):
        path = tmp_path / module
        path.write_text(f"{path.read_text()}\n\n{HIDDEN[number % 2]}\n    {wrong}\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert f"0 kept, {len(SETTINGS['contracts'])} broken" in result.stdout
    for module, (wrong, contract) in WRONG.items():
        assert contract in broken_contracts(result.stdout)
        importer, imported = module.removesuffix(".py").split("/"), wrong.removeprefix("import ").split(".")
        in_full, as_siblings = f"{'.'.join(importer)} -> {imported[0]}", f".{importer[-1]} -> .{imported[-1]} "
        assert in_full in result.stdout or as_siblings in result.stdout
