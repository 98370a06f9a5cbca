"""A synthesized stack, prepared so that it can be applied to the emulator."""

from __future__ import annotations

from pathlib import Path

from queuesmith.local.emulator import Emulator
from queuesmith.local.stack_copy import SERVICES, copy_stack
from queuesmith.local.user_settings import terraform_environment
from tests.conftest import CACHE
from tests.terraform_cli import TerraformInTests, packages_of


def deployable(
    stack: Path, folder: Path, emulator: Emulator, package: Path | None = None, alarms_url: str | None = None
) -> TerraformInTests:
    """Terraform in a copy of the stack. Every function gets `package`. `alarms_url` is the second emulator, for CloudWatch."""
    endpoints = dict.fromkeys(SERVICES, emulator.endpoint.url)
    if alarms_url:
        endpoints["cloudwatch"] = alarms_url
    copy_stack(stack, folder, endpoints, packages_of(stack, package) if package else {})
    return TerraformInTests(folder, CACHE, environment=terraform_environment(emulator.endpoint))
