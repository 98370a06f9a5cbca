"""Reads Terraform files in HCL offline: tfparse evaluates the values, tree-sitter finds references, lines and comments.

Only `reader` and what it imports load these packages. This module does not.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queuesmith.common.errors import UsageError

if TYPE_CHECKING:
    from queuesmith.readers.terraform.hcl.configuration import Configuration

_PACKAGES = ("tfparse", "tree_sitter", "tree_sitter_hcl")
PLAN = "terraform show -json tfplan | queuesmith check -"
"""How to check a plan, which needs none of them."""


@dataclass(frozen=True)
class Variables:
    """The values of a root module's variables."""

    values: tuple[str, ...] = ()
    """`NAME=VALUE`, as `terraform plan -var` accepts it."""
    files: tuple[Path, ...] = ()
    given: Mapping[str, Any] | None = None
    """The values in a plan. If they are given, no other values are used."""


def require_packages() -> None:
    """Raise UsageError if a package is missing. They are compiled, and not every platform has a wheel."""
    if package := _missing_package():
        name = package.replace("_", "-")
        text = f"Files in HCL are read with the package {name}, which is not installed. Run pip install {name}"
        raise UsageError(f"{text}, or, if there is no wheel for this platform, check a plan: {PLAN}")


def _missing_package() -> str | None:
    return next((package for package in _PACKAGES if importlib.util.find_spec(package) is None), None)


def find_source(folder: Path) -> Configuration | None:
    """Return the configuration in a folder that could be the source of a plan. None: it has none that can be read."""
    if not any(folder.glob("*.tf")) or _missing_package():
        return None
    from queuesmith.readers.terraform.hcl.configuration import Configuration
    from queuesmith.readers.terraform.hcl.folder import FolderReader

    try:
        return Configuration(FolderReader(folder).read())
    except (UsageError, RecursionError):  # the plan is checked without it
        return None
