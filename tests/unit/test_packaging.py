"""The function's zip: the same bytes from the same inputs, and no unneeded files. Nothing is installed here."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from queuesmith.common.errors import PackagingError, UsageError
from queuesmith.packaging import lambda_limits as package_checks
from queuesmith.packaging.build import build_zip
from queuesmith.packaging.platforms import Platform
from tests.conftest import ROOT

LAMBDA = Platform("arm64", "3.13")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A handler without dependencies, so that nothing is downloaded."""
    folder = tmp_path / "handlers"
    folder.mkdir()
    (folder / "main.py").write_text("def lambda_handler(event, context):\n    return {}\n")
    (folder / "requirements.txt").write_text("")
    return folder


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_the_handler_is_at_the_root_and_in_its_package(sources: Path, tmp_path: Path) -> None:
    assert names(build_zip(sources, tmp_path / "out.zip", LAMBDA).path) == ["handlers/main.py", "main.py"]


def test_the_same_sources_give_the_same_bytes(sources: Path, tmp_path: Path) -> None:
    first = build_zip(sources, tmp_path / "a" / "out.zip", LAMBDA).path.read_bytes()
    (sources / "__pycache__").mkdir()
    (sources / "__pycache__" / "main.pyc").write_bytes(b"compiled")
    os.utime(sources / "main.py", (0, 0))
    (sources / "main.py").chmod(0o600)
    assert build_zip(sources, tmp_path / "b" / "out.zip", LAMBDA).path.read_bytes() == first


def test_zip_is_not_rebuilt_from_the_same_inputs(sources: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.zip"
    assert build_zip(sources, output, LAMBDA).built
    assert not build_zip(sources, output, LAMBDA).built
    assert build_zip(sources, output, Platform("x86_64", "3.13")).built
    (sources / "main.py").write_text("def lambda_handler(event, context):\n    return {'changed': 1}\n")
    assert build_zip(sources, output, Platform("x86_64", "3.13")).built


def test_changed_zip_is_rebuilt(sources: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.zip"
    build_zip(sources, output, LAMBDA)
    output.write_bytes(b"changed")
    assert build_zip(sources, output, LAMBDA).built


def test_zip_that_another_build_replaced_is_rebuilt(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out.zip"
    replace = os.replace

    def overtaken(source: Path, destination: Path) -> None:
        replace(source, destination)
        if destination == output:
            destination.write_bytes(b"the other's")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", overtaken)
        build_zip(sources, output, LAMBDA)
    assert build_zip(sources, output, LAMBDA).built
    assert names(output) == ["handlers/main.py", "main.py"]


def test_missing_handler_is_refused(sources: Path, tmp_path: Path) -> None:
    with pytest.raises(PackagingError) as error:
        build_zip(sources, tmp_path / "out.zip", LAMBDA, "main.handler")
    assert str(error.value) == (
        'function.handler is "main.handler", but handlers/main.py has no function handler. '
        'Set function.handler to "main.lambda_handler"'
    )
    assert not (tmp_path / "out.zip").exists()


def test_handler_can_be_imported(sources: Path, tmp_path: Path) -> None:
    (sources / "main.py").write_text("from handlers.work import lambda_handler\n")
    (sources / "work.py").write_text("lambda_handler = print\n")
    assert build_zip(sources, tmp_path / "out.zip", LAMBDA).built


def test_code_that_is_not_python_is_refused(sources: Path, tmp_path: Path) -> None:
    (sources / "main.py").write_text("def lambda_handler(:\n")
    with pytest.raises(PackagingError, match=r"main.py is not valid Python: .* in line 1"):
        build_zip(sources, tmp_path / "out.zip", LAMBDA)


def test_data_files_are_packaged_and_requirements_files_are_not(sources: Path, tmp_path: Path) -> None:
    (sources / "templates").mkdir()
    (sources / "templates" / "mail.txt").write_text("Dear customer")
    (sources / ".secret").write_text("hidden files stay here")
    (sources / ".aws").mkdir()
    (sources / ".aws" / "credentials").write_text("and so do hidden folders")
    packaged = names(build_zip(sources, tmp_path / "out.zip", LAMBDA).path)
    assert packaged == ["handlers/main.py", "handlers/templates/mail.txt", "main.py"]


X86, ARM = b"\x7fELF" + bytes(14) + b"\x3e\x00", b"\x7fELF" + bytes(14) + b"\xb7\x00"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        (
            "fast.so",
            X86,
            "handlers/fast.so is native code for x86_64, but the function runs on arm64-python3.13. Add a wheel for "
            "arm64 to the requirements, or change function.architecture",
        ),
        (
            "fast.cpython-312-aarch64-linux-gnu.so",
            ARM,
            "handlers/fast.cpython-312-aarch64-linux-gnu.so is for Python 3.12, but the function runs on arm64-python3.13. "
            "Add a wheel for Python 3.13 to the requirements, or change function.runtime",
        ),
        (
            "tool",
            b"\x7fELF" + bytes(16),
            "handlers/tool is native code for another machine, but the function runs on arm64-python3.13. Add a wheel for "
            "arm64 to the requirements, or change function.architecture",
        ),
    ],
)
def test_native_code_for_another_machine_or_python_is_refused(
    sources: Path, tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (sources / name).write_bytes(content)
    with pytest.raises(PackagingError) as error:
        build_zip(sources, tmp_path / "out.zip", LAMBDA)
    assert str(error.value) == problem
    assert not (tmp_path / "out.zip").exists()


@pytest.mark.parametrize("name", ["fast.so", "fast.abi3.so", "fast.cpython-313-aarch64-linux-gnu.so"])
def test_native_code_for_the_functions_machine_is_packaged(sources: Path, tmp_path: Path, name: str) -> None:
    (sources / name).write_bytes(ARM)
    assert f"handlers/{name}" in names(build_zip(sources, tmp_path / "out.zip", LAMBDA).path)


def test_too_large_package_is_refused_with_its_largest_parts(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sources / "model.bin").write_bytes(bytes(2 * 1_048_576))
    whole = 2 * 1_048_576 + 2 * len((sources / "main.py").read_bytes())
    monkeypatch.setattr(package_checks, "MAX_UNZIPPED_SIZE", whole)
    assert build_zip(sources, tmp_path / "out.zip", LAMBDA).built
    monkeypatch.setattr(package_checks, "MAX_UNZIPPED_SIZE", whole - 1)
    with pytest.raises(PackagingError) as error:
        build_zip(sources, tmp_path / "other.zip", LAMBDA)
    assert str(error.value) == (
        "The package is 2 MB unzipped, but Lambda accepts at most 250 MB. The largest parts are handlers 2 MB, main.py 0 MB. "
        "Remove packages, or use a container image (function.artifact.image)"
    )


def test_missing_requirements_are_named(sources: Path, tmp_path: Path) -> None:
    (sources / "requirements.txt").unlink()
    with pytest.raises(PackagingError, match=r"^Neither .*/handlers/requirements.txt nor .*/requirements.txt exists\. "):
        build_zip(sources, tmp_path / "out.zip", LAMBDA)


@pytest.mark.parametrize("text", ["", "arm64", "arm64-3.13", "mips-python3.13", "arm64-nodejs22.x", "linux"])
def test_an_unknown_platform_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"must be host, or arm64 or x86_64 with a Python runtime, such as arm64-python3.13"):
        Platform.parse(text)


def test_platform_is_printed_as_it_is_parsed() -> None:
    assert [str(Platform.parse(text)) for text in ("host", "arm64-python3.13")] == ["host", "arm64-python3.13"]


def test_old_runtimes_get_wheels_for_their_glibc() -> None:
    for version in ("3.9", "3.10", "3.11"):
        assert "manylinux_2_28_aarch64" not in Platform("arm64", version).pip_arguments()
    assert "manylinux_2_28_aarch64" in LAMBDA.pip_arguments()


def test_the_tests_run_the_versions_that_are_packaged() -> None:
    from importlib.metadata import version

    locked = (ROOT / "handlers" / "requirements.txt").read_text()
    for name in ("aws-lambda-powertools", "pydantic", "pydantic-core"):
        assert f"{name}=={version(name)} " in locked
