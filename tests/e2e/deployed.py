"""A synthesized stack, made ready to be applied to the local AWS."""

from __future__ import annotations

from pathlib import Path

from queuesmith.local.emulator import Emulator
from queuesmith.local.stack_copy import SERVICES, prepare
from queuesmith.local.user_settings import terraform_environment
from tests.conftest import CACHE
from tests.terraform_cli import TerraformInTests, packages_of


def deployable(
    stack: Path, folder: Path, emulator: Emulator, package: Path | None = None, alarms_url: str | None = None
) -> TerraformInTests:
    """Terraform in a copy of the stack. `package` is every function's; `alarms_url` is another local AWS, for CloudWatch."""
    endpoints = dict.fromkeys(SERVICES, emulator.endpoint.url)
    if alarms_url:
        endpoints["cloudwatch"] = alarms_url
    prepare(stack, folder, endpoints, packages_of(stack, package) if package else {})
    return TerraformInTests(folder, CACHE, environment=terraform_environment(emulator.endpoint))
