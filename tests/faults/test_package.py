"""The zips for Lambda. The one for AWS is checked by its contents, the one for this machine by an isolated import.

In the emulator, handlers also see the emulator's own packages, so a missing package would not be noticed there.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from queuesmith.packaging.build import build_zip
from queuesmith.packaging.platforms import Platform
from queuesmith.packaging.requirements import RUNTIME_PACKAGES
from tests.conftest import ROOT

MODULES = {"python-dateutil": "dateutil"}
"""Packages whose module has a different name."""
HANDLERS = ("main", "handlers.orders.main", "queuesmith_worker.secret", "queuesmith_worker.tracing")


@pytest.mark.parametrize("platform", [Platform("arm64", "3.13"), Platform("x86_64", "3.12")], ids=str)
def test_every_wheel_in_the_package_is_for_the_functions_platform(platform: Platform, tmp_path: Path) -> None:
    with zipfile.ZipFile(build_zip(ROOT / "handlers" / "orders", tmp_path / "orders.zip", platform).path) as archive:
        names = archive.namelist()
        wheels = {name: archive.read(name).decode() for name in names if name.endswith(".dist-info/WHEEL")}
    tags = {name: re.findall(r"^Tag: (\S+)", text, re.MULTILINE) for name, text in wheels.items()}
    assert len(tags) > 5
    assert {"main.py", "handlers/orders/main.py", "queuesmith_worker/worker.py"} <= set(names)
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[platform.machine]
    python = f"cp{platform.version[0]}{platform.version[1]}"
    for name, found in tags.items():
        pure = any(tag.endswith("-none-any") for tag in found)
        ours = [tag for tag in found if tag.startswith(f"{python}-") or "-abi3-" in tag]
        native = any("manylinux" in tag and tag.endswith(f"_{machine}") for tag in ours)
        assert pure or native, (name, found)
    assert any(not any(tag.endswith("-none-any") for tag in found) for found in tags.values()), "none of them is native"


def test_package_needs_only_what_the_lambda_runtime_has(tmp_path: Path) -> None:
    package = build_zip(ROOT / "handlers" / "orders", tmp_path / "host.zip", Platform()).path
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "task")
    runtime, installed = tmp_path / "runtime", Path(sysconfig.get_path("purelib"))
    runtime.mkdir()
    for name in RUNTIME_PACKAGES:
        module = MODULES.get(name, name)
        source = installed / module
        if source.is_dir():
            (runtime / module).symlink_to(source)
        else:
            (runtime / f"{module}.py").symlink_to(installed / f"{module}.py")
    paths = [str(tmp_path / "task"), str(runtime)]
    script = f"import sys; sys.path += {paths}; import {', '.join(HANDLERS)}; print('imported')"
    variables = {"ORDERS_TABLE": "orders", "AWS_DEFAULT_REGION": "eu-central-1"}
    command = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.stdout == "imported\n", done.stderr
    without = [*command[:-1], script.replace(str(tmp_path / "task"), "/nowhere")]
    assert subprocess.run(without, env=variables, capture_output=True, check=False).returncode != 0
