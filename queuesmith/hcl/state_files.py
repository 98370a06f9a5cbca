"""Local state files: the same files, with paths as seen from the new folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queuesmith.hcl.syntax import Block

_STATE, _WORKSPACES = "terraform.tfstate", "terraform.tfstate.d"
"""Terraform's default paths of the state, and of the states of other workspaces."""


def local_backend(settings: Mapping[str, Any], stack: Path, output: Path) -> dict[str, Any]:
    """Return the settings of a `local` backend in the new folder, for the state that the stack's folder uses."""
    defaults = {"path": _STATE, **({"workspace_dir": _WORKSPACES} if (stack / _WORKSPACES).is_dir() else {})}
    stated = {key: value for key, value in settings.items() if value is not None}
    return _with_paths({**defaults, **stated}, stack, output)


def use_same_remote_state(block: Block, stack: Path, output: Path) -> None:
    """Change the paths of a data source that reads another stack's local state. Paths with expressions stay."""
    config = block.attributes.get("config")
    if "terraform_remote_state" in block.labels and block.attributes.get("backend") == "local" and isinstance(config, dict):
        block.attributes["config"] = _with_paths(config, stack, output)


def _with_paths(settings: Mapping[str, Any], stack: Path, output: Path) -> dict[str, Any]:
    paths = {key: settings[key] for key in ("path", "workspace_dir") if isinstance(settings.get(key), str)}
    return {**settings, **{key: _from_output(Path(path), stack, output) for key, path in paths.items()}}


def _from_output(path: Path, stack: Path, output: Path) -> str:
    """A path that is relative to the stack's folder, as seen from the new folder. Links in either are followed."""
    return path.as_posix() if path.is_absolute() else Path(os.path.relpath(stack.resolve() / path, output.resolve())).as_posix()
