"""The stacks under cdktn, the community's fork of CDKTF, with its AWS provider: the same JSON except for cdktn's version.

tools/to_cdktn.py rewrites the copy: it changes names only.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLE, Project, own_variables, unavailable
from tests.environments import FOLDER
from tools.to_cdktn import rewrite

PYTHON = ROOT / ".local" / "cdktn" / "bin" / "python"
CODE = ("stacks", "queuesmith")


@pytest.fixture(scope="module")
def rewritten_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code that uses cdktn's names."""
    if not PYTHON.exists():
        unavailable("cdktn is not installed: make test-cdktn")
    folder = tmp_path_factory.mktemp("cdktn")
    shutil.copy(ROOT / "main.py", folder)
    for name in CODE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    assert folder / "queuesmith" / "constructs" / "work_queue.py" in list(rewrite(folder))
    return folder


@pytest.mark.parametrize("config", [SAMPLE, FOLDER], ids=["the sample's environments", "environments with every option"])
def test_stacks_have_the_same_json_under_cdktn(config: Path, rewritten_copy: Path, tmp_path: Path) -> None:
    project = Project(tmp_path / "project", config)
    assert project.start().returncode == 0
    variables = own_variables(CDKTF_OUTDIR=str(tmp_path / "out"))
    subprocess.run([PYTHON, rewritten_copy / "main.py", project.folder], env=variables, check=True, timeout=600)
    ours = {path: content for path, content in project.snapshot().items() if path.endswith("cdk.tf.json")}
    theirs = {path: (tmp_path / "out" / path).read_bytes() for path in ours}
    versions = {json.loads(content)["//"]["metadata"]["version"] for content in theirs.values()}
    assert ours.keys() == theirs.keys()
    assert len(versions) == 1
    assert not versions & {json.loads(content)["//"]["metadata"]["version"] for content in ours.values()}
    for path, content in ours.items():
        own, other = json.loads(content), json.loads(theirs[path])
        own["//"]["metadata"]["version"] = other["//"]["metadata"]["version"]
        assert own == other, path


def test_copy_uses_no_cdktf_module_and_fast_cdktn_bindings(rewritten_copy: Path) -> None:
    code = """
import sys, stacks.environment
print([name for name in sys.modules if name.startswith("cdktf")])
print({type(sys.modules[name].__loader__).__module__ for name in ("cdktn", "cdktn_provider_aws")})
"""
    found = subprocess.run([PYTHON, "-c", code], cwd=rewritten_copy, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == ["[]", "{'queuesmith.fast_cdktf.installation'}"]
