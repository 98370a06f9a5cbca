"""Writes a synthesized stack as a folder of HCL files: all of it, or nothing."""

from __future__ import annotations

import re
import secrets
import shutil
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.files import file_among_parents
from queuesmith.common.json_values import as_dict, parse_json
from queuesmith.hcl.configuration import PlacedBlock, placed_blocks
from queuesmith.hcl.shapes import Shapes
from queuesmith.hcl.state_files import local_backend, use_same_remote_state
from queuesmith.hcl.syntax import Block, document
from queuesmith.hcl.values import Expression

STACKS = Path("cdktf.out/stacks")
SYNTHESIZED = "cdk.tf.json"
SYNTHESIZE = "`cdktf synth`, `make synth` or `python main.py`"
"""The commands that synthesize. Which of them exist depends on the project."""
_VERSIONS = "versions.tf"
_LOCK = ".terraform.lock.hcl"
_ASSETS = "assets"
_FILES = {"terraform": "versions", "provider": "providers", "output": "outputs", "variable": "variables", "locals": "locals"}
_MAIN = "main"
"""The file of blocks that belong in no other one."""
_WORKER_PARTS = ("queue", "function", "source", "producers")
"""The order of a worker's parts in its file. Others follow by name."""


@dataclass(frozen=True)
class EjectedFile:
    """A file in HCL."""

    path: str
    """The path of the file."""
    blocks: int
    """Number of blocks in the file."""


@dataclass(frozen=True)
class Ejection:
    """The result of an ejection."""

    source: str
    """The JSON file that was converted."""
    output: str
    """The new folder."""
    backend: str
    """The type of the backend, such as `s3`. The new folder uses the same state as the stack's folder."""
    changed: list[str]
    """Files that were changed after the synth: the project's `main.py`, files in `stacks/`, and the environment's
    settings."""
    resources: int
    """Number of resources, without data sources."""
    files: list[EjectedFile]
    """The files in HCL."""


def find_synthesized(stack: str) -> Path:
    """Return the JSON file for the name of an environment, a stack's folder, or the path of the file itself.

    Raises UsageError if there is none.
    """
    named = STACKS / stack / SYNTHESIZED
    for path in (named, Path(stack) / SYNTHESIZED, Path(stack)):
        if path.is_file():
            return path
    problem = f"There is no {named}, and {stack} is not the folder of a synthesized stack"
    if existing := sorted(path.parent.name for path in STACKS.glob(f"*/{SYNTHESIZED}")):
        raise UsageError(
            f"{problem}. The synthesized stacks are: {', '.join(existing)}. To synthesize others, run {SYNTHESIZE}"
        )
    raise UsageError(f"{problem}. Run {SYNTHESIZE} first")


def changed_after_synth(source: Path) -> list[Path]:
    """Return the stack and settings files that are newer than a synthesized file in the project's `cdktf.out/stacks/`."""
    environment = source.resolve().parent
    if environment.parent.parts[-2:] != STACKS.parts:
        return []
    project = environment.parents[len(STACKS.parts)]
    settings = [project / "config" / f"{name}.toml" for name in ("common", environment.name)]
    files = [project / "main.py", *settings, *sorted((project / "stacks").rglob("*.py"))]
    synthesized = source.stat().st_mtime_ns
    return [file.relative_to(project) for file in files if file.is_file() and file.stat().st_mtime_ns > synthesized]


def eject_stack(source: Path, output: Path, schema: Path | None = None) -> Ejection:
    """Write a synthesized stack as HCL.

    The new folder also gets the stack's assets and lock file, so that a plan there is the same.

    Parameters
    ----------
    source
        A JSON file that CDKTF has synthesized, in its folder.
    output
        The new folder. It must not exist, or be empty.
    schema
        The output of `terraform providers schema -json`, for resource types that this package does not know.

    Raises
    ------
    UsageError
        The output is not empty, or a file has another content than described here.
    QueuesmithError
        The stack contains something that eject does not support, or the folder cannot be created.

    """
    stack = source.parent
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"{output} already exists and is not empty. Specify a new folder with --output")
    if not output.name or output.is_symlink() or output.resolve().is_relative_to(stack.resolve() / _ASSETS):
        raise UsageError(
            f"{output} cannot be created: it must have a name, must not be a link, and must be outside the stack's assets. "
            "Specify another folder with --output"
        )
    if file := file_among_parents(output):
        raise QueuesmithError(f"{file} is a file, so {output} cannot be created in it. Specify another folder with --output")
    content = _read(source)
    terraform = _terraform_settings(as_dict(content.get("terraform")), stack, output)
    placed = list(placed_blocks({**content, "terraform": terraform}, Shapes(schema)))
    for each in placed:
        _compute_code_hash(each.block, stack)
        use_same_remote_state(each.block, stack, output)
    files = _files(placed)
    _write({name: document(comment, blocks) for name, (comment, blocks) in files.items()}, stack, output)
    return Ejection(
        source=str(source),
        output=str(output),
        backend=next(iter(terraform.get("backend", ["cloud"]))),
        changed=[str(file) for file in changed_after_synth(source)],
        resources=sum(each.block.kind == "resource" for each in placed),
        files=[EjectedFile(str(output / name), len(blocks)) for name, (_, blocks) in files.items()],
    )


def _read(source: Path) -> dict[str, Any]:
    content = parse_json(source.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("terraform", content.get("resource")), dict):
        raise UsageError(f"{source} is not a configuration in Terraform JSON. Specify the {SYNTHESIZED} of a synthesized stack")
    return content


def _terraform_settings(settings: Mapping[str, Any], stack: Path, output: Path) -> dict[str, Any]:
    """The `terraform` section with the required version, and with the same state, seen from the new folder."""
    result = dict(settings)
    versions = stack / _VERSIONS
    if versions.is_file() and (found := re.search(r'required_version\s*=\s*"([^"]+)"', versions.read_text())):
        result = {"required_version": found[1], **result}
    backend = settings.get("backend", {} if "cloud" in settings else {"local": {}})
    if "local" in backend:
        backend = {"local": local_backend(backend["local"], stack, output)}
    return {**result, "backend": backend} if backend else result


def _compute_code_hash(block: Block, stack: Path) -> None:
    """Replace the hash of a function's zip in the assets with its computation, so that another zip can have the same path."""
    path, digest = block.attributes.get("filename"), block.attributes.get("source_code_hash")
    if not isinstance(path, str) or not path.startswith(f"{_ASSETS}/") or not (stack / path).is_file():
        return
    if digest == b64encode(sha256((stack / path).read_bytes()).digest()).decode():
        block.attributes["source_code_hash"] = Expression(f'filebase64sha256("${{path.module}}/{path}")')


def _files(placed: Iterable[PlacedBlock]) -> dict[str, tuple[str, list[Block]]]:
    """The comment and the blocks of each file, by its name."""
    blocks: dict[str, list[PlacedBlock]] = {}
    workers = set()
    for each in placed:
        blocks.setdefault(_file_of(each), []).append(each)
        each.block.comment = "/".join(each.path)
        if "aws_lambda_event_source_mapping" in each.block.labels:
            workers.add(each.path[:1])
    comments = {}
    for (name,) in filter(None, workers):
        comments[f"{_slug(name)}.tf"] = f"Worker {name}: its queue, its function, and the permissions between them."
        comments[f"{_slug(name)}-alarms.tf"] = f"Worker {name}: its alarms."
    return {
        name: (comments.get(name, ""), [each.block for each in sorted(blocks[name], key=_position)]) for name in sorted(blocks)
    }


def _file_of(placed: PlacedBlock) -> str:
    """The name of the file: one for each construct in the stack, and another one for its alarms."""
    if placed.block.kind in _FILES:
        return f"{_FILES[placed.block.kind]}.tf"
    if len(placed.path) < 2:
        return f"{_MAIN}.tf"
    alarms = "-alarms" if placed.path[1] == "alarms" else ""
    return f"{_slug(placed.path[0])}{alarms}.tf"


def _slug(name: str) -> str:
    """A file name for a construct. Terraform treats override.tf and NAME_override.tf specially."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return _MAIN if slug in ("", "override") else slug


def _position(placed: PlacedBlock) -> tuple[int, tuple[str, ...]]:
    part = placed.path[1] if len(placed.path) > 1 else ""
    return (_WORKER_PARTS.index(part) if part in _WORKER_PARTS else len(_WORKER_PARTS)), placed.path


def _write(files: Mapping[str, str], stack: Path, output: Path) -> None:
    """Write the files into a temporary folder next to the new one, and rename it at the end."""
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f".{output.name}.{secrets.token_hex(4)}")
    partial.mkdir()
    try:
        for name, text in files.items():
            (partial / name).write_text(text, encoding="utf-8")
        if (stack / _ASSETS).is_dir():
            shutil.copytree(stack / _ASSETS, partial / _ASSETS)
        if (stack / _LOCK).is_file():
            shutil.copyfile(stack / _LOCK, partial / _LOCK)
        if output.is_dir():
            output.rmdir()
        partial.rename(output)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
