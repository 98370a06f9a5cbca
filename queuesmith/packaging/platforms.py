"""The platform of a package: a Lambda architecture and a Python version, or this machine."""

from __future__ import annotations

import platform
import re
import sys
import sysconfig
from dataclasses import dataclass

from queuesmith.common.errors import UsageError

_GLIBC_BEFORE_3_12, _GLIBC = 26, 34
"""Minor versions of glibc: 2.26 in Amazon Linux 2, 2.34 in Amazon Linux 2023, which Python 3.12 and later run on (AWS,
"Lambda runtimes", 2026-11-23).
"""
_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}


@dataclass(frozen=True)
class Platform:
    """Lambda's `arm64` or `x86_64`, with a Python version such as `3.13`. Both None: this machine and its Python."""

    architecture: str | None = None
    python: str | None = None

    @classmethod
    def parse(cls, text: str) -> Platform:
        """Parse `host`, or ARCHITECTURE-RUNTIME such as `arm64-python3.13`. Raises UsageError for anything else."""
        if text == "host":
            return cls()
        match = re.fullmatch(r"(arm64|x86_64)-python(3\.\d+)", text)
        if not match:
            raise UsageError(
                f'--platform is "{text}", but must be host, or arm64 or x86_64 with a Python runtime, such as arm64-python3.13'
            )
        return cls(match[1], match[2])

    @classmethod
    def of_function(cls, architecture: str, runtime: str) -> Platform:
        """The platform in a function's settings. Raises UsageError for a runtime other than Python."""
        try:
            return cls.parse(f"{architecture}-{runtime}")
        except UsageError:
            problem = f'function.runtime is "{runtime}", but only Python functions can be packaged'
            raise UsageError(f"{problem}. Set a Python runtime, such as python3.13") from None

    def __str__(self) -> str:
        return "host" if self.architecture is None else f"{self.architecture}-python{self.python}"

    @property
    def key(self) -> str:
        """Identifies the platforms that can share wheels. For this machine, it includes the version of Python."""
        return str(self) if self.architecture else f"host {sysconfig.get_platform()} {sys.version}"

    @property
    def machine(self) -> str:
        """The architecture, by Lambda's name."""
        if self.architecture is not None:
            return self.architecture
        this = platform.machine().lower()
        return next((name for name, machine in _MACHINES.items() if this in (name, machine)), this)

    @property
    def version(self) -> tuple[int, int]:
        """The version of Python: major and minor."""
        if self.python is None:
            return sys.version_info[:2]
        major, minor = self.python.split(".")
        return int(major), int(minor)

    def pip_arguments(self) -> list[str]:
        """Arguments for pip to install wheels for this platform instead of the one that pip runs on."""
        if self.architecture is None or self.python is None:
            return []
        newest = _GLIBC if int(self.python.split(".")[1]) >= 12 else _GLIBC_BEFORE_3_12
        machine = _MACHINES[self.architecture]
        tags = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, 16, -1)] + [f"manylinux2014_{machine}"]
        version = self.python.replace(".", "")
        abis = (f"cp{version}", "abi3", "none")
        arguments = ["--python-version", self.python, "--implementation", "cp"]
        arguments += [argument for abi in abis for argument in ("--abi", abi)]
        return arguments + [argument for tag in tags for argument in ("--platform", tag)]
