"""Writes `cdktf.out`. Each environment is written completely or not at all, and only the chosen environments are written."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cdktf import App

from queuesmith.common.signals import deferred_signals
from queuesmith.settings.environment import EnvironmentSettings, LocalBackend

MINIMUM_TERRAFORM, MINIMUM_TERRAFORM_WITH_S3_LOCKS = ">= 1.6.0", ">= 1.10.0"
"""The newest feature of Terraform and OpenTofu that the output uses is `use_lockfile`."""
VERSIONS = """\
# This is a separate file, because Checkov cannot parse a cdk.tf.json with required_version and then checks nothing in it.
terraform {{
  required_version = "{version}"
}}
"""
MANIFEST = "manifest.json"
PARTIAL = ".partial-"
MAXIMUM_SYNTH_SECONDS = 600.0
"""Seconds after which a partial output is considered abandoned."""


AddStack = Callable[[App, str, EnvironmentSettings], object]
"""Adds the stack of one environment to the app."""


def synthesize(environments: Mapping[str, EnvironmentSettings], output: Path, keep: set[str], add_stack: AddStack) -> None:
    """Synthesize the environments into `output`: `add_stack` adds the stack of each.

    All environments are synthesized and validated in a temporary folder and then moved file by file, with the JSON last. A
    synth that fails or is interrupted leaves the previous output. Other stacks in `output` are removed unless `keep` has them.
    Terraform's own files in a stack's folder (`.terraform`, the lock file) stay.
    """
    output.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(output)
    with tempfile.TemporaryDirectory(dir=output, prefix=PARTIAL) as partial:
        app = App(outdir=partial)
        for name, settings in environments.items():
            add_stack(app, name, settings)
        app.synth()
        for name, settings in environments.items():
            (Path(partial) / "stacks" / name / "versions.tf").write_text(VERSIONS.format(version=_minimum_terraform(settings)))
        with _locked(output), deferred_signals():
            _publish(Path(partial), output, keep)


def _minimum_terraform(settings: EnvironmentSettings) -> str:
    return MINIMUM_TERRAFORM if isinstance(settings.backend, LocalBackend) else MINIMUM_TERRAFORM_WITH_S3_LOCKS


def _remove_leftovers(output: Path) -> None:
    """Remove the partial outputs of killed processes, but not those that another process is writing now."""
    for partial in output.glob(f"{PARTIAL}*"):
        with contextlib.suppress(FileNotFoundError):  # of a process that has just ended
            if time.time() - partial.stat().st_mtime > MAXIMUM_SYNTH_SECONDS:
                shutil.rmtree(partial, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock, so that only one process at a time writes into a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _publish(new_output: Path, output: Path, keep: set[str]) -> None:
    manifest = json.loads((new_output / MANIFEST).read_text())
    before = _stacks_in(output)
    for stack in manifest["stacks"]:
        _replace_stack(new_output / "stacks" / stack, output / "stacks" / stack)
    retained = {name: entry for name, entry in before.items() if name in keep and (output / "stacks" / name).is_dir()}
    manifest["stacks"] = dict(sorted({**retained, **manifest["stacks"]}.items()))
    (new_output / MANIFEST).write_text(json.dumps(manifest, indent=2))
    os.replace(new_output / MANIFEST, output / MANIFEST)
    for name in before.keys() - manifest["stacks"].keys():
        shutil.rmtree(output / "stacks" / name, ignore_errors=True)


def _stacks_in(output: Path) -> dict[str, object]:
    try:
        stacks: dict[str, object] = json.loads((output / MANIFEST).read_text())["stacks"]
    except (OSError, ValueError, KeyError):
        return {}
    return stacks


def _replace_stack(new_output: Path, target: Path) -> None:
    """Move the assets first and the JSON last. Asset paths contain a hash, so the previous JSON does not use the new ones."""
    files = sorted(path.relative_to(new_output) for path in new_output.rglob("*") if path.is_file())
    for file in sorted(files, key=lambda path: (path.parts[0] != "assets", path.suffix == ".json")):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        os.replace(new_output / file, target / file)
    for stale in [path for path in (target / "assets").rglob("*") if path.is_file() and path.relative_to(target) not in files]:
        stale.unlink()
        for folder in stale.parents:
            if folder == target or any(folder.iterdir()):
                break
            folder.rmdir()
