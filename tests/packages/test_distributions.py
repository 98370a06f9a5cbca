"""The wheels and sdists of `make dist`: reproducible, complete, and accepted by PyPI's own checks."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import queuesmith
from queuesmith.common.site import SITE
from tests.conftest import ROOT, unavailable
from tests.packages.distributions import FOLDERS, build
from tools.supply_chain import PROGRAMS

REPOSITORY = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
PLACES = {"queuesmith": ("README.md", ""), "queuesmith_worker": ("docs/worker.md", "docs/")}
"""The page that each distribution's description is, and the folder from which its links are seen."""


def checkout(folder: Path, *, mode: int, time: int) -> Path:
    """A copy of the tracked files, with these permissions and times."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
        target.chmod(mode)
        os.utime(target, (time, time))
    return folder


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make dist` writes: two wheels and two sdists."""
    folder = tmp_path_factory.mktemp("first")
    source = checkout(folder / "checkout", mode=0o644, time=1_700_000_000)
    for name in FOLDERS.values():
        build(source / name, folder / "dist", umask=0o022)
    return folder / "dist"


def metadata(dist: Path, name: str) -> Message:
    (wheel,) = dist.glob(f"{name}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return Parser().parsestr(archive.read(f"{name}-{queuesmith.__version__}.dist-info/METADATA").decode())


def test_two_builds_give_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    """In another folder, with other permissions, times, umask, time zone and language."""
    source = checkout(tmp_path / "a folder elsewhere", mode=0o600, time=1_800_000_001)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Pacific/Chatham")
        patch.setenv("LC_ALL", "C")
        for name in FOLDERS.values():
            build(source / name, tmp_path / "dist", umask=0o077)
    assert len(digests(dist)) == 4
    assert digests(tmp_path / "dist") == digests(dist)


@pytest.mark.parametrize("name", FOLDERS)
def test_sdist_builds_the_same_wheel(dist: Path, name: str, tmp_path: Path) -> None:
    (sdist,) = dist.glob(f"{name}-*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    build(tmp_path / f"{name}-{queuesmith.__version__}", tmp_path / "dist", "--wheel", umask=0o077)
    wheels = digests(tmp_path / "dist")
    assert len(wheels) == 1
    assert wheels.items() <= digests(dist).items()


def test_sdists_contain_only_the_package_and_its_texts(dist: Path) -> None:
    common = {"pyproject.toml", "PKG-INFO", "LICENSE", ".gitignore"}
    toolkit = {path.name for path in (ROOT / "queuesmith_worker").iterdir() if path.name != "__pycache__"}
    expected = {
        "queuesmith": common | {"queuesmith", "README.md", "CHANGELOG.md"},
        "queuesmith_worker": common | toolkit,
    }
    for name in FOLDERS:
        (sdist,) = dist.glob(f"{name}-*.tar.gz")
        with tarfile.open(sdist) as archive:
            assert {member.name.split("/")[1] for member in archive.getmembers()} == expected[name]


@pytest.mark.parametrize("name", FOLDERS)
def test_metadata_is_complete(dist: Path, name: str) -> None:
    about = metadata(dist, name)
    assert (about["Name"], about["Version"]) == (name.replace("_", "-"), queuesmith.__version__)
    assert (about["Author"], about["License-Expression"]) == ("The queuesmith authors", "MIT")
    assert about["License-File"] == "LICENSE"
    assert about["Summary"].startswith(("SQS to Lambda", "The Lambda toolkit"))
    assert about["Keywords"]
    assert "Typing :: Typed" in about.get_all("Classifier", [])
    urls = dict(line.split(", ") for line in about.get_all("Project-URL", []))
    assert urls.keys() == {"Repository", "Documentation", "Changelog", "Issues"}
    assert urls.pop("Documentation").startswith(SITE)
    assert all(url.startswith(REPOSITORY) for url in urls.values())


@pytest.mark.parametrize("name", FOLDERS)
def test_description_has_only_links_that_work_on_pypi(dist: Path, name: str) -> None:
    """A relative link of the page leads to the file of this version."""
    page, folder = PLACES[name]
    description = str(metadata(dist, name).get_payload())
    assert description.startswith((ROOT / page).read_text()[:20])
    links = targets(description)
    relative = [link for link in targets((ROOT / page).read_text()) if not link.startswith("https://")]
    assert len([link for link in links if f"/v{queuesmith.__version__}/" in link]) == len(relative) > 0
    for link in links:
        assert link.startswith("https://")
        kind, _, path = link.removeprefix(f"{REPOSITORY}/").partition(f"/v{queuesmith.__version__}/")
        if path:
            assert kind in ("blob", "raw")
            assert (ROOT / path.partition("#")[0]).exists(), link
            assert path.startswith(folder)


def targets(markdown: str) -> list[str]:
    """The targets of the links and images of a page."""
    blocks = MarkdownIt("commonmark").enable("table").parse(markdown)
    tokens = [token for block in blocks for token in block.children or ()]
    html = "".join(token.content for token in [*blocks, *tokens] if token.type in ("html_block", "html_inline"))
    assert "href=" not in html, "the substitutions change Markdown links and pictures"
    links = [token.attrs["href"] for token in tokens if token.type == "link_open"]
    pictures = [*(token.attrs["src"] for token in tokens if token.type == "image"), *re.findall(r'src(?:set)?="([^"]*)"', html)]
    return [str(target) for target in [*links, *pictures]]


def test_pypi_accepts_the_files(dist: Path) -> None:
    if not (PROGRAMS / "twine").is_file():
        unavailable("The Python environment .local/supply-chain has no twine. Set it up: python3 tools/setup.py supply-chain")
    command = [str(PROGRAMS / "twine"), "check", "--strict", *map(str, dist.iterdir())]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.count("PASSED")) == (0, 4), result.stdout
