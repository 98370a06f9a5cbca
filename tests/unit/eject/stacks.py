"""Writes stacks in the current folder and ejects them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests import in_process

STACK = Path("cdktf.out/stacks/shop")


def metadata(path: str) -> dict[str, Any]:
    return {"metadata": {"path": f"shop/{path}", "uniqueId": "x"}}


def mapping(**arguments: Any) -> dict[str, Any]:
    """A stack with one event source mapping of the worker orders."""
    body = {"//": metadata("orders/source/mapping"), **arguments}
    return {"resource": {"aws_lambda_event_source_mapping": {"m": body}}}


def write(content: Any) -> None:
    (STACK / "cdk.tf.json").write_text(content if isinstance(content, str) else json.dumps(content))


def eject(*arguments: str, stack: str = "shop") -> in_process.Result:
    return in_process.queuesmith("eject", stack, "--output", "infra", *arguments, folder=Path.cwd())


def ejected(content: dict[str, Any], *arguments: str) -> dict[str, str]:
    """The text of each file in the new folder."""
    write(content)
    result = eject(*arguments)
    assert (result.returncode, "error" in result.stderr) == (0, False), result.stderr
    return {path.name: path.read_text() for path in Path("infra").glob("*.tf")}


def refused(content: Any, *arguments: str) -> str:
    """The error of a stack that cannot be ejected. Nothing is left behind."""
    write(content)
    before = sorted(Path.cwd().iterdir())
    result = eject(*arguments)
    assert result.returncode in (1, 2)
    assert sorted(Path.cwd().iterdir()) == before
    return result.stderr
