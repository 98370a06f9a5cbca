"""Files are replaced atomically."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.common.files import atomic_replacement, replace_file


def test_file_has_its_new_content_and_no_temporary_file_is_left(tmp_path: Path) -> None:
    for content in ("first", "second"):
        replace_file(tmp_path / "session.json", content)
        assert (tmp_path / "session.json").read_text() == content
    assert [path.name for path in tmp_path.iterdir()] == ["session.json"]


def test_file_is_unchanged_if_writing_fails(tmp_path: Path) -> None:
    file = tmp_path / "orders.zip"
    file.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        replace_file(file, "half of a \ud800 file")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"orders.zip": "before"}


def test_two_threads_can_replace_a_file_simultaneously(tmp_path: Path) -> None:
    """Two threads that plan with one CLI configuration do this. The last one to finish wins."""
    file = tmp_path / "terraform.rc"
    with atomic_replacement(file) as first:
        first.write_text("the first's")
        with atomic_replacement(file) as second:
            second.write_text("the second's")
        assert file.read_text() == "the second's"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"terraform.rc": "the first's"}
