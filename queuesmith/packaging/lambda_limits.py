"""Checks a package for problems that Lambda would reject or fail to load: its size, and native code for another machine."""

from __future__ import annotations

import re
from collections.abc import Mapping

from queuesmith.common.errors import PackagingError
from queuesmith.packaging.platforms import Platform

MAX_UNZIPPED_SIZE = 262_144_000
"""Bytes: 250 MB, layers included (Lambda quotas, deployment package)."""
_ELF = b"\x7fELF"
_MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
"""Values of e_machine (ELF header)."""
_TAG = re.compile(r"\.cpython-(\d)(\d+)-[^/]*\.so$")


def check_limits(entries: Mapping[str, bytes], platform: Platform) -> None:
    """Check the files of a package.

    Raises PackagingError, which names the largest parts, or the file that is for another machine or Python version.
    """
    _check_size(entries)
    architecture, version = platform.machine, platform.version
    for name, content in entries.items():
        if content.startswith(_ELF):
            machine = _MACHINES.get(int.from_bytes(content[18:20], "little"), "another machine")
            if machine != architecture:
                raise PackagingError(
                    f"{name} is native code for {machine}, but the function runs on {platform}. Add a wheel for {architecture} "
                    "to the requirements, or change function.architecture"
                )
        tag = _TAG.search(name)
        if tag is not None and (int(tag[1]), int(tag[2])) != version:
            raise PackagingError(
                f"{name} is for Python {tag[1]}.{tag[2]}, but the function runs on {platform}. Add a wheel for Python "
                f"{version[0]}.{version[1]} to the requirements, or change function.runtime"
            )


def _check_size(entries: Mapping[str, bytes]) -> None:
    size = sum(map(len, entries.values()))
    if size <= MAX_UNZIPPED_SIZE:
        return
    parts: dict[str, int] = {}
    for name, content in entries.items():
        part = name.split("/")[0]
        parts[part] = parts.get(part, 0) + len(content)
    largest = sorted(parts.items(), key=lambda part: -part[1])[:3]
    shown = ", ".join(f"{name} {size / 1_048_576:.0f} MB" for name, size in largest)
    raise PackagingError(
        f"The package is {size / 1_048_576:.0f} MB unzipped, but Lambda accepts at most 250 MB. The largest parts are {shown}. "
        "Remove packages, or use a container image (function.artifact.image)"
    )
