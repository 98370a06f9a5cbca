"""Terraform with commands that only tests use: plan, show, destroy."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from queuesmith.common.errors import TerraformError
from queuesmith.local.terraform_cli.runner import Terraform


class TerraformInTests(Terraform):
    """Terraform in one folder."""

    def init(self, *, backend: bool = True) -> None:
        if not backend:
            self._environment["TF_CLI_ARGS_init"] = "-backend=false"
        super().init()

    def validate(self) -> None:
        """Run `terraform validate`."""
        self._capture("validate", "-no-color")

    def plan(self, out: str | None = None) -> bool:
        """Plan. Returns whether anything would change."""
        arguments = ["plan", "-no-color", "-detailed-exitcode", *([f"-out={out}"] if out else [])]
        with self._running(arguments, stderr=subprocess.STDOUT) as process:
            output, _ = process.communicate()
        if process.returncode not in (0, 2):
            raise TerraformError(f"{self.program.name} plan failed:\n{output.strip()}")
        return process.returncode == 2

    def show_plan(self, name: str) -> dict[str, Any]:
        """A saved plan in Terraform's JSON format."""
        result: dict[str, Any] = json.loads(self._capture("show", "-json", name))
        return result

    def check_format(self) -> None:
        """Run `terraform fmt -check` in this folder and the folders in it."""
        self._capture("fmt", "-check", "-diff", "-recursive", "-no-color")

    def provider_schema(self) -> str:
        """The schema of the providers in Terraform's JSON format."""
        return self._capture("providers", "schema", "-json")

    def destroy(self) -> None:
        """Destroy everything, without confirmation."""
        self._stream(["destroy", "-json", "-auto-approve"], lambda _: None)

    def state_list(self) -> list[str]:
        """The addresses of the resources in the state."""
        return self._capture("state", "list").split()


def call_every_folder(root: Path) -> None:
    """Make a folder a root module that calls each folder in it as a module: starting Terraform costs more than planning."""
    modules = {folder.name: {"source": f"./{folder.name}"} for folder in root.iterdir()}
    (root / "main.tf.json").write_text(json.dumps({"module": modules}))


def packages_of(stack: Path, package: Path) -> dict[str, Path]:
    """The same zip for every function of a synthesized stack."""
    functions = json.loads((stack / "cdk.tf.json").read_text())["resource"]["aws_lambda_function"].values()
    return {function["function_name"]: package for function in functions}
