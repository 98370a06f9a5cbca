"""The sample's own package, built by real pip for Lambda's platform and for this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from queuesmith.common.errors import PackagingError
from queuesmith.packaging.build import build_zip
from queuesmith.packaging.platforms import Platform
from tests.conftest import ROOT

LAMBDA = Platform("arm64", "3.13")


@pytest.fixture(scope="module")
def real_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_zip(ROOT / "handlers" / "orders", tmp_path_factory.mktemp("real") / "orders.zip", LAMBDA).path


@pytest.fixture(scope="module")
def files(real_package: Path) -> list[str]:
    """The files in the package."""
    with zipfile.ZipFile(real_package) as archive:
        return archive.namelist()


def test_real_package_is_reproducible_in_another_folder(real_package: Path, tmp_path: Path) -> None:
    for name in ("handlers", "queuesmith_worker"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    folder, output = tmp_path / "handlers" / "orders", tmp_path / "orders.zip"
    assert build_zip(folder, output, LAMBDA, project=tmp_path).path.read_bytes() == real_package.read_bytes()


def test_native_wheels_are_for_the_named_platform(files: list[str]) -> None:
    native = [name for name in files if name.endswith(".so")]
    assert native
    assert all(name.endswith(".cpython-313-aarch64-linux-gnu.so") for name in native)


def test_boto3_comes_from_the_runtime(files: list[str]) -> None:
    assert not [name for name in files if name.startswith(("boto3/", "botocore/"))]


def test_installer_metadata_is_not_packaged(files: list[str]) -> None:
    unwanted = (".pyc", "/RECORD", "/INSTALLER")
    assert not [name for name in files if name.endswith(unwanted) or name.startswith("bin/")]


def test_package_for_this_machine_imports_in_an_empty_python(tmp_path: Path) -> None:
    path = build_zip(ROOT / "handlers" / "orders", tmp_path / "host.zip", Platform()).path
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "task")
    script = f"import sys; sys.path.insert(0, {str(tmp_path / 'task')!r}); import handlers.orders.order, aws_lambda_powertools"
    result = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_real_package_is_under_five_megabytes(real_package: Path) -> None:
    assert real_package.stat().st_size < 5_000_000


def test_requirement_without_a_hash_is_refused_with_pips_message(tmp_path: Path) -> None:
    sources = tmp_path / "handlers"
    sources.mkdir()
    (sources / "main.py").write_text("def lambda_handler(event, context): ...\n")
    (sources / "requirements.txt").write_text("typing-extensions==4.16.0\n")
    with pytest.raises(PackagingError, match="Hashes are required in --require-hashes mode"):
        build_zip(sources, tmp_path / "out.zip", LAMBDA)
    assert not (tmp_path / "out.zip").exists()
    assert not [path for path in (tmp_path / "build" / ".dependencies").iterdir() if path.is_dir()]
