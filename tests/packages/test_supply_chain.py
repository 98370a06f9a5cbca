"""`make sbom` and `make audit`: the contents of the functions' packages, and an error if the audit gets no response."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import queuesmith
from queuesmith.packaging.build import build_zip
from queuesmith.packaging.platforms import Platform
from tests.conftest import ROOT, Project, unavailable
from tools import supply_chain
from tools.setup import find_pipenv

BOM = ROOT / "build" / "handlers.cdx.json"
DISTRIBUTIONS = ("queuesmith", "queuesmith-worker")


def run(project: Project, task: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the task with the settings of a project and the handlers of this checkout."""
    command = [sys.executable, "-m", "tools.supply_chain", task]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    if not supply_chain.PROGRAMS.is_dir():
        unavailable("The Python environment .local/supply-chain does not exist. Create it: python3 tools/setup.py supply-chain")
    find_pipenv()  # installs pipenv while there is still a network


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("supply") / "project")


@pytest.fixture(scope="module")
def components(project: Project) -> dict[str, dict[str, Any]]:
    """The components in the SBOM, by `name==version`."""
    result = run(project, "sbom")
    files = "".join(f"build/{name}.cdx.json\n" for name in ("handlers", *DISTRIBUTIONS))
    assert (result.returncode, result.stdout, result.stderr) == (0, files, "")
    return components_in(json.loads(BOM.read_text()))


def components_in(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    return {f"{each['name']}=={each['version']}": each for each in document["components"]}


def test_sbom_has_everything_that_is_locked_with_hashes(components: dict[str, dict[str, Any]]) -> None:
    locked = re.findall(r"^([a-z0-9.-]+==[^ ;\\]+)", (ROOT / "handlers" / "requirements.txt").read_text(), re.MULTILINE)
    assert len(locked) >= 8
    assert sorted(components) == sorted(locked)
    for component in components.values():
        hashes = [each for reference in component["externalReferences"] for each in reference["hashes"]]
        assert all(each["alg"] == "SHA-256" for each in hashes)
        assert hashes


def test_sbom_has_everything_in_the_package(components: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    package = build_zip(ROOT / "handlers" / "orders", tmp_path / "orders.zip", Platform()).path
    packaged = set(installed_in(package))
    assert len(packaged) >= 8
    assert packaged <= components.keys()


def installed_in(package: Path) -> Iterator[str]:
    """`name==version` of every distribution in a package."""
    with zipfile.ZipFile(package) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"[^/]+\.dist-info/METADATA", name):
                text = archive.read(name).decode()
                fields = dict(re.findall(r"^(Name|Version): (.+)$", text, re.MULTILINE)[:2])
                yield f"{re.sub(r'[-_.]+', '-', fields['Name']).lower()}=={fields['Version']}"


@pytest.mark.usefixtures("components")
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_sbom_of_a_distribution_has_its_locked_requirements(name: str) -> None:
    document = json.loads((ROOT / "build" / f"{name}.cdx.json").read_text())
    about = document["metadata"]["component"]
    assert (about["name"], about["version"], about["type"]) == (name, queuesmith.__version__, "library")
    pyproject = tomllib.loads(((ROOT if name == "queuesmith" else ROOT / "queuesmith_worker") / "pyproject.toml").read_text())
    extras = pyproject["project"]["optional-dependencies"]
    extras.pop("testing", None)  # what only tests need is not deployed
    required = [*pyproject["project"]["dependencies"], *itertools.chain(*extras.values())]
    names = {re.split(r"[^a-z0-9-]", text)[0] for text in required} - {"pip", "queuesmith"}  # pip is the environment's own
    assert names <= {component.partition("==")[0] for component in components_in(document)}


def test_the_same_lock_gives_the_same_bytes(components: dict[str, dict[str, Any]], project: Project) -> None:
    files = [BOM, *(ROOT / "build" / f"{name}.cdx.json" for name in DISTRIBUTIONS)]
    before = [file.read_bytes() for file in files]
    assert run(project, "sbom").returncode == 0
    assert [file.read_bytes() for file in files] == before
    assert not [content for content in before if str(ROOT).encode() in content or b"/tmp/" in content]


def test_audit_fails_if_the_database_does_not_respond(project: Project) -> None:
    """pip-audit itself skips packages that it cannot query, and exits with 0."""
    nowhere = "http://127.0.0.1:9"
    result = run(project, "audit", HTTPS_PROXY=nowhere, HTTP_PROXY=nowhere, https_proxy=nowhere, http_proxy=nowhere)
    assert (result.returncode, result.stdout) == (1, "")
    first, second = result.stderr.splitlines()
    assert first.startswith("handlers/requirements.txt: not audited, because PyPI's vulnerability database did not respond (")
    assert second.startswith("Pipfile.lock: not audited, because PyPI's vulnerability database did not respond (")
