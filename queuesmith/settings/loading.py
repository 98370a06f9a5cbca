"""Reads `config/`: common.toml with each environment's file merged over it, and every problem in them at once.

A problem names the environment, the key, what was given, what is allowed, and the file that it came from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from queuesmith.common.texts import printable
from queuesmith.settings import WorkerSettings
from queuesmith.settings.environment import EnvironmentSettings, misfits
from queuesmith.settings.lookalikes import lookalikes, made_unknown
from queuesmith.settings.problems import about_lookalike, describe, follows_from_another
from queuesmith.settings.salvage import salvage, usable_tags

COMMON = "common.toml"
REPLACED_WHOLE = frozenset({"artifact", "backend"})
"""Tables that hold alternatives: an environment that gives one replaces the common one instead of adding to it."""
DEEPEST = 50
"""Tables within tables, of which the settings have no more than six."""

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Environment:
    """One environment's settings, and which file each key came from."""

    settings: EnvironmentSettings
    origins: Origins

    @property
    def name(self) -> str:
        """What the environment is called."""
        return self.settings.environment

    @property
    def workers(self) -> dict[str, WorkerSettings]:
        """Its workers by key."""
        return self.settings.workers

    @property
    def tags(self) -> dict[str, str]:
        """The tags of all that it has."""
        return self.settings.tags


@dataclass(frozen=True)
class BrokenEnvironment:
    """An environment that cannot be used, and those of its workers that the rules can still judge.

    It has what the judgement needs under the same names as one that can be used.
    """

    name: str
    workers: dict[str, WorkerSettings]
    origins: Origins
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Configuration:
    """What `config/` holds: the environments that can be used, those that cannot, and a line for each problem of those."""

    environments: dict[str, Environment]
    problems: list[str]
    broken: dict[str, BrokenEnvironment] = field(default_factory=dict)


class Origins:
    """Which file a key path came from."""

    def __init__(self, fallback: str, files: Mapping[Keys, str]) -> None:
        self._fallback = fallback
        self._files = files

    def file_of(self, path: Iterable[str | int]) -> str:
        """The file that gave this key or, where none did, the closest key above it."""
        keys = tuple(str(key) for key in path)
        for length in range(len(keys), 0, -1):
            if keys[:length] in self._files:
                return self._files[keys[:length]]
        return self._fallback


def environment_names(folder: Path) -> list[str]:
    """The environments that have a file in `folder`, in alphabetical order."""
    return sorted(path.stem for path in folder.glob("[!.]*.toml") if path.name != COMMON)


def load(folder: Path, only: Iterable[str] = ()) -> Configuration:
    """The settings of every environment in `folder`, or of those named, and all problems of all files."""
    problems: list[str] = []
    names = _chosen(folder, list(only), problems)
    shown = folder.name
    common = _read(folder / COMMON, shown, problems) if (folder / COMMON).exists() else {}
    environments: dict[str, Environment] = {}
    broken: dict[str, BrokenEnvironment] = {}
    for name in names:
        own = _read(folder / f"{name}.toml", shown, problems)
        if common is None or own is None:
            continue
        files: dict[Keys, str] = {}
        merged = _merge(_traced(common, f"{shown}/{COMMON}", files), own, f"{shown}/{name}.toml", files)
        origins = Origins(f"{shown}/{name}.toml", files)
        result = interpret(name, merged, origins, problems)
        if isinstance(result, Environment):
            environments[name] = result
        else:
            broken[name] = result
    return Configuration(environments, [printable(problem) for problem in once_for_all(problems, names)], broken)


def once_for_all(texts: Iterable[str], environments: Collection[str]) -> list[str]:
    """What is said of several environments in the same words, as one mistake in common.toml is, once: `dev, prod: …`."""
    about: dict[tuple[bool, str], list[str]] = {}
    for text in texts:
        environment, colon, words = text.partition(": ")
        known = bool(colon) and environment in environments
        named = about.setdefault((known, words if known else text), [])
        if known and environment not in named:
            named.append(environment)
    return [f"{', '.join(named)}: {words}" if known else words for (known, words), named in about.items()]


def _chosen(folder: Path, only: list[str], problems: list[str]) -> list[str]:
    there = environment_names(folder)
    if not there:
        problems.append(f"{folder.name}/ has no environment. Add one: {folder.name}/dev.toml")
    unknown = [name for name in only if there and name not in there]
    problems.extend(f"there is no environment {name!r} in {folder.name}/. There is: {', '.join(there)}" for name in unknown)
    return [name for name in there if not only or name in only]


def _read(path: Path, shown: str, problems: list[str]) -> dict[str, Any] | None:
    try:
        return _not_too_deep(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path.stem}: not valid TOML: {error} ({shown}/{path.name})")
    except RecursionError:
        problems.append(f"{path.stem}: not usable TOML: nested too deeply ({shown}/{path.name})")
    except UnicodeDecodeError as error:
        problems.append(f"{path.stem}: not UTF-8 text: {error.reason} at byte {error.start} ({shown}/{path.name})")
    except ValueError:  # Python reads no number of more than 4,300 digits
        problems.append(f"{path.stem}: not usable TOML: a number is too long ({shown}/{path.name})")
    except OSError as error:
        problems.append(f"{path.stem}: cannot be read: {error.strerror} ({shown}/{path.name})")
    return None


def _not_too_deep(data: dict[str, Any]) -> dict[str, Any]:
    """The data. Raises RecursionError where tables and lists are nested too deeply, as dotted keys can do."""
    level: list[Any] = [data]
    for _ in range(DEEPEST):
        inner = [value for each in level for value in (each.values() if isinstance(each, dict) else each)]
        level = [value for value in inner if isinstance(value, dict | list)]
        if not level:
            return data
    raise RecursionError


def _traced(data: Mapping[str, Any], file: str, files: dict[Keys, str], path: Keys = ()) -> dict[str, Any]:
    """A copy of `data`, with the file noted for every key in it."""
    copy: dict[str, Any] = {}
    for key, value in data.items():
        files[(*path, key)] = file
        copy[key] = _traced(value, file, files, (*path, key)) if isinstance(value, dict) else value
    return copy


def _merge(base: dict[str, Any], over: Mapping[str, Any], file: str, files: dict[Keys, str], path: Keys = ()) -> dict[str, Any]:
    for key, value in over.items():
        here = (*path, key)
        before = base.get(key)
        if isinstance(value, dict) and isinstance(before, dict) and key not in REPLACED_WHOLE:
            _merge(before, value, file, files, here)
            continue
        if key in base:  # what was noted for it and for what is in it; all are looked at, so only then
            for stale in [known for known in files if known[: len(here)] == here]:
                del files[stale]
        files[here] = file
        base[key] = _traced(value, file, files, here) if isinstance(value, dict) else value
    return base


def interpret(name: str, data: dict[str, Any], origins: Origins, problems: list[str]) -> Environment | BrokenEnvironment:
    """The environment or, where its settings cannot be used, what is left of it; then `problems` says why."""
    if "environment" in data:
        file = origins.file_of(["environment"])
        problems.append(f"{name}: environment is the name of the file, and cannot be set. Take the key out ({file})")
    tokens = list(lookalikes(data))
    usable = made_unknown(data) if tokens else data
    details: list[ErrorDetails] = []
    try:
        settings = EnvironmentSettings.model_validate({**usable, "environment": name})
        if not tokens:
            return Environment(settings, origins)
    except ValidationError as error:
        details = [detail for detail in error.errors(include_url=False) if not follows_from_another(detail, tokens)]
    said = [about_lookalike(path) for path in tokens] + [item for detail in details for item in describe(detail)]
    workers = salvage(name, usable.get("workers"))
    if not any(detail["type"] == "misfits" for detail in details):  # then nobody has compared the workers yet
        tables = usable.get("tables")
        said += [(tuple(path.split(".")), text) for path, text in misfits(workers, tables if isinstance(tables, dict) else {})]
    problems += [f"{name}: {text} ({origins.file_of(location)})" for location, text in said]
    return BrokenEnvironment(name, workers, origins, usable_tags(usable.get("tags")))
