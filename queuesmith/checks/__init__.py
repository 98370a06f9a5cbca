"""Applies the rules to settings, Terraform files and deployed workers, and writes the reports."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.checks.baseline import read_baseline, without_known
    from queuesmith.checks.deployed_check import check_deployed, read_deployed
    from queuesmith.checks.reports import Report, write
    from queuesmith.checks.reports.summary import next_command, nothing_checked
    from queuesmith.checks.settings_check import check_settings
    from queuesmith.checks.suppressions import read_suppressions
    from queuesmith.checks.terraform_check import (
        TerraformFile,
        TerraformFolder,
        TerraformInput,
        check_terraform,
        read_terraform,
    )

__all__ = [
    "Report",
    "TerraformFile",
    "TerraformFolder",
    "TerraformInput",
    "check_deployed",
    "check_settings",
    "check_terraform",
    "next_command",
    "nothing_checked",
    "read_baseline",
    "read_deployed",
    "read_suppressions",
    "read_terraform",
    "without_known",
    "write",
]

__getattr__ = lazy_exports(__name__)  # `check` starts without loading boto3
