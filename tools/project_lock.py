"""The Pipfile.lock of a new project (`queuesmith init`): this repository's pins of the packages that the project needs.

The pins of queuesmith and queuesmith-worker have no hashes, because a wheel cannot contain its own hash. Pipenv installs them
by version, and all other packages by hash. `make lock` in the project adds the hashes from the package index.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from queuesmith import __version__
from queuesmith.scaffold.rendering import render_file

ROOT = Path(__file__).resolve().parent.parent
OWN = {"queuesmith": ROOT / "pyproject.toml", "queuesmith-worker": ROOT / "queuesmith_worker" / "pyproject.toml"}
_SECTIONS = {"packages": "default", "dev-packages": "develop", "embedded-terraform": "embedded-terraform"}
"""The sections of a Pipfile, and those of its lock."""


def lock() -> str:
    """The lock as JSON. It does not depend on the machine: the marker of each pin stays, and pip evaluates it."""
    pipfile = tomllib.loads(render_file("project/Pipfile.jinja", version=__version__))
    pins = _our_pins()
    sections = {}
    for section, locked in _SECTIONS.items():
        wanted = pipfile[section]
        names = _closure(Requirement(_as_requirement(name, value)) for name, value in wanted.items())
        sections[locked] = {name: _pin(name, wanted.get(name), pins) for name in sorted(names) if name in pins or name in OWN}
    meta = {"hash": {"sha256": _pipfile_hash(pipfile)}, "pipfile-spec": 6, "requires": {}, "sources": pipfile["source"]}
    return json.dumps({"_meta": meta, **sections}, indent=4, sort_keys=True) + "\n"


def _our_pins() -> dict[str, dict[str, Any]]:
    locked = json.loads((ROOT / "Pipfile.lock").read_text())
    return {name: pin for section in _SECTIONS.values() for name, pin in locked[section].items()}


def _pin(name: str, wanted: Any, pins: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    pin: dict[str, Any] = {"version": f"=={__version__}"} if name in OWN else {**pins[name]}
    pin.pop("index", None)
    if wanted is not None:
        pin["index"] = "pypi"
    if isinstance(wanted, dict) and "extras" in wanted:
        pin["extras"] = wanted["extras"]
    return pin


def _as_requirement(name: str, wanted: Any) -> str:
    extras = wanted.get("extras", []) if isinstance(wanted, dict) else []
    return f"{name}[{','.join(extras)}]"


def _closure(requirements: Iterable[Requirement]) -> set[str]:
    """The names of the packages and all that they require, on any platform."""
    waiting, visited, names = list(requirements), set[str](), set[str]()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = f"{name}[{','.join(sorted(requirement.extras))}]"
        if key not in visited:
            visited.add(key)
            names.add(name)
            waiting += _requirements_of(name, requirement.extras)
    return names


def _requirements_of(name: str, extras: set[str]) -> Iterator[Requirement]:
    for requirement in map(Requirement, _metadata(name, extras)):
        marker = str(requirement.marker or "")
        if "extra" not in marker or any(requirement.marker and requirement.marker.evaluate({"extra": each}) for each in extras):
            yield requirement


def _metadata(name: str, extras: set[str]) -> list[str]:
    if name in OWN:
        project = tomllib.loads(OWN[name].read_text())["project"]
        return [
            *project["dependencies"],
            *(each for extra in sorted(extras) for each in project["optional-dependencies"][extra]),
        ]
    try:
        return requires(name) or []
    except PackageNotFoundError:  # it is for another platform or Python, and not in our lock
        return []


def _pipfile_hash(pipfile: Mapping[str, Any]) -> str:
    """The hash with which `pipenv verify` compares a Pipfile and its lock."""
    data = {
        "_meta": {"sources": pipfile["source"], "requires": {}},
        **{locked: pipfile[section] for section, locked in _SECTIONS.items()},
    }
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
