"""The source of Terraform's AWS provider: the user's configuration, a mirror on this machine, or the public registry."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from queuesmith.common.files import replace_file
from queuesmith.local.terraform_cli.program import Program

_PROVIDER = "hashicorp/aws"
_CONFIGURATION_VARIABLES = ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG")


def provider_environment(program: Program, folder: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment in which Terraform finds the provider. Files that this needs are written into `folder`.

    An existing CLI configuration of the user is not changed. Otherwise a mirror is searched in `TF_PLUGIN_MIRROR`, in the
    folders that Terraform itself uses, and in the folder of the Filesystem Hierarchy Standard for add-on software. If there is
    none, the public registry is used, with a cache in `folder`.
    """
    result = dict(environment)
    if _user_configuration(environment):
        return result
    for variable in _CONFIGURATION_VARIABLES:
        result.pop(variable, None)  # it names a missing file, which would cause a warning at each call
    folder.mkdir(parents=True, exist_ok=True)
    mirror = find_mirror(program.registry, environment)
    if mirror is None:
        cache = folder / "plugin-cache"
        cache.mkdir(exist_ok=True)
        result.setdefault("TF_PLUGIN_CACHE_DIR", str(cache))
        result.setdefault("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE", "true")
        return result
    configuration = folder / f"{program.name.replace(' ', '-')}.rc"
    address = f"{program.registry}/{_PROVIDER}"
    replace_file(
        configuration,
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path    = "{_escaped(mirror)}"\n    include = ["{address}"]\n  }}\n'
        f'  direct {{\n    exclude = ["{address}"]\n  }}\n'
        "}\n",
    )
    result["TF_CLI_CONFIG_FILE"] = str(configuration)
    return result


def find_mirror(registry: str = "registry.terraform.io", environment: Mapping[str, str] = os.environ) -> Path | None:
    """The first folder that holds the AWS provider for this machine in the layout of a Terraform filesystem mirror."""
    return next((folder for folder in _candidates(environment) if _holds_provider(folder, registry)), None)


def _user_configuration(environment: Mapping[str, str]) -> Path | None:
    for variable in _CONFIGURATION_VARIABLES:
        if variable in environment and Path(environment[variable]).is_file():
            return Path(environment[variable])
    home = Path(environment.get("HOME", os.path.expanduser("~")))
    return next((path for path in (home / ".terraformrc", home / ".tofurc") if path.is_file()), None)


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    if environment.get("TF_PLUGIN_MIRROR"):
        yield Path(environment["TF_PLUGIN_MIRROR"])
    home = Path(environment.get("HOME", os.path.expanduser("~")))
    yield home / ".terraform.d" / "plugins"
    data = [environment.get("XDG_DATA_HOME") or str(home / ".local" / "share")]
    data += (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    yield from (Path(entry) / "terraform" / "plugins" for entry in data)
    add_on_software = Path("/opt")
    yield add_on_software
    yield from sorted(add_on_software.glob("*"))


def _holds_provider(folder: Path, registry: str) -> bool:
    versions = folder / registry / _PROVIDER
    machine = _machine()
    try:
        return any(versions.glob(f"*/{machine}")) or any(versions.glob(f"terraform-provider-aws_*_{machine}.zip"))
    except OSError:
        return False


def _machine() -> str:
    """The name of this machine in Terraform: `linux_amd64`."""
    system = {"win32": "windows"}.get(sys.platform, sys.platform)
    processor = platform.machine().lower()
    return f"{system}_{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(processor, processor) }"


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
