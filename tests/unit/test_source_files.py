"""Which source files are in the zip: no hidden files, and no files from outside, also not through links."""

from __future__ import annotations

import os
import socket
import zipfile
from pathlib import Path

import pytest

from queuesmith.common.errors import PackagingError
from queuesmith.packaging.build import build_zip
from queuesmith.packaging.platforms import Platform

LAMBDA = Platform("arm64", "3.13")
SECRET = "hunter2"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A handler, a module in a folder, and secrets in typical places: in hidden files, and next to the sources."""
    folder = tmp_path / "handlers"
    (folder / "shared").mkdir(parents=True)
    (folder / "main.py").write_text("def lambda_handler(event, context): ...\n")
    (folder / "shared" / "money.py").write_text("CENTS = 100\n")
    (folder / "requirements.txt").write_text("")
    (folder / ".env").write_text(SECRET)
    (folder / ".aws").mkdir()
    (folder / ".aws" / "credentials").write_text(SECRET)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key.pem").write_text(SECRET)
    return folder


def packaged(sources: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(build_zip(sources, sources.parent / "out.zip", LAMBDA).path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refusal(sources: Path) -> str:
    with pytest.raises(PackagingError) as error:
        build_zip(sources, sources.parent / "out.zip", LAMBDA)
    assert not (sources.parent / "out.zip").exists()
    return str(error.value)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("../secrets/key.pem", "which is outside handlers/. Replace the link with a copy"),
        ("../secrets", "which is outside handlers/. Replace the link with a copy"),
        ("/dev/null", "which is outside handlers/. Replace the link with a copy"),
        (
            ".env",
            "which is not packaged, because it is hidden, compiled or a list of requirements. Replace the link with a copy "
            "if the file contains no secret",
        ),
        (
            ".aws/credentials",
            "which is not packaged, because it is hidden, compiled or a list of requirements. Replace the link with a copy "
            "if the file contains no secret",
        ),
        ("shared", "which is a folder, but only links to files are packaged. Replace the link with the folder"),
        (".", "which is a folder, but only links to files are packaged. Replace the link with the folder"),
        ("gone", "which does not exist. Create that file"),
        ("link", "which cannot be resolved. Correct the link"),
    ],
)
def test_link_to_a_path_that_cannot_be_packaged_is_refused(sources: Path, target: str, message: str) -> None:
    (sources / "link").symlink_to(target)
    assert refusal(sources) == f"handlers/link is a symbolic link to {target}, {message}, or remove the link"


def test_link_that_leaves_the_code_through_another_link_is_refused(sources: Path) -> None:
    (sources / ".way").symlink_to("../secrets")
    (sources / "shared" / "link").symlink_to("../.way/key.pem")
    assert refusal(sources).startswith("handlers/shared/link is a symbolic link to ../.way/key.pem, which is outside handlers/")


def test_a_handler_that_is_a_link_to_outside_is_refused(sources: Path) -> None:
    (sources / "main.py").rename(sources.parent / "secrets" / "main.py")
    (sources / "main.py").symlink_to("../secrets/main.py")
    assert refusal(sources).startswith("handlers/main.py is a symbolic link to ../secrets/main.py, which is outside handlers/")


def test_link_to_a_file_in_the_code_is_packaged_as_that_file(sources: Path) -> None:
    (sources / "money.py").symlink_to("shared/money.py")
    assert packaged(sources)["handlers/money.py"] == b"CENTS = 100\n"


def test_links_that_are_not_packaged_are_ignored(sources: Path) -> None:
    (sources / ".#main.py").symlink_to("somebody@desk.1234")  # a lock file of Emacs
    (sources / "__pycache__").symlink_to("../secrets")
    (sources / "requirements.txt").unlink()
    (sources / "requirements.txt").symlink_to("../secrets/requirements.txt")
    (sources.parent / "secrets" / "requirements.txt").write_text("")
    content = packaged(sources)
    assert sorted(content) == ["handlers/main.py", "handlers/shared/money.py", "main.py"]
    assert SECRET.encode() not in b"".join(content.values())


def test_code_folder_can_be_a_link(sources: Path) -> None:
    (sources / "money.py").symlink_to("shared/money.py")
    named = sources.parent / "orders"
    named.symlink_to("handlers")
    assert "orders/money.py" in packaged(named)
    (sources.parent / "out.zip").unlink()
    (named / "link").symlink_to("../secrets/key.pem")
    assert refusal(named) == (
        "orders/link is a symbolic link to ../secrets/key.pem, which is outside orders/. Replace the link with a copy, "
        "or remove the link"
    )


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_special_file_is_refused(sources: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sources)  # socket paths must be short
    with socket.socket(socket.AF_UNIX) as made:
        if kind == "pipe":
            os.mkfifo("odd")
        else:
            made.bind("odd")
        assert refusal(sources) == (
            "handlers/odd is a pipe, a socket or a device, which a zip cannot contain. Remove it, or give it a name that "
            "begins with a dot, because hidden files are not packaged"
        )
