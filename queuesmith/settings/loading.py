"""Reads `config/`: common.toml with each environment's file merged over it. All problems are reported together.

A problem names the environment, the key, the value, the allowed values, and the file and line of the value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from queuesmith.common.printing import printable
from queuesmith.settings.environment import EnvironmentSettings
from queuesmith.settings.field_types import is_token
from queuesmith.settings.lines import line_of
from queuesmith.settings.problems import KeyPath, problems_in

COMMON = "common.toml"
REPLACED_WHOLE = frozenset({"artifact", "backend"})
"""Tables with alternatives: an environment's table replaces the common one instead of being merged with it."""
TOKEN_MARK = "{TfToken["  # noqa: S105 - no password
"""The mark that every text, list and table token of cdktf contains."""

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
"""The end of a message of tomllib."""

Problem: TypeAlias = tuple[str, str]
"""The environment or file with the problem, or "", and a sentence."""


@dataclass(frozen=True)
class Origins:
    """An environment's own data and the common data, to find the file and line of a key."""

    folder: str
    name: str
    own: Mapping[str, Any]
    common: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)
    """The text of each file, by its name."""

    def place_of(self, path: Iterable[str | int]) -> str:
        """Return the file and line of this key or, if no file contains it, of the closest key above it: `config/dev.toml:7`."""
        file, line = self.file_and_line_of(path)
        return f"{self.folder}/{file}:{line}" if line else f"{self.folder}/{file}"

    def file_and_line_of(self, path: Iterable[str | int]) -> tuple[str, int | None]:
        """Return the file's name and the line. None: no file contains the key or one above it."""
        names = tuple(map(str, path))
        file = self._file_of(names)
        return file, line_of(self.texts.get(file, ""), names)

    def _file_of(self, path: tuple[str, ...]) -> str:
        file, own, common = f"{self.name}.toml", self.own, self.common
        for key in path:
            if key in own and not _are_merged(key, common.get(key), own[key]):
                file, common = f"{self.name}.toml", {}
            elif key in common:
                file = COMMON
            else:
                break
            own, common = _as_table(own.get(key)), _as_table(common.get(key))
        return file


@dataclass(frozen=True)
class Environment:
    """One environment's settings, and the place of each key."""

    settings: EnvironmentSettings
    origins: Origins


@dataclass(frozen=True)
class Configuration:
    """The content of `config/`: the environments without problems, and a line for each problem of the others."""

    environments: dict[str, Environment]
    problems: list[str]


def environment_names(folder: Path) -> list[str]:
    """Return the environments that have a file in `folder`, in alphabetical order."""
    return sorted(path.stem for path in folder.glob("[!.]*.toml") if path.name != COMMON)


def load(folder: Path, only: Iterable[str] = ()) -> Configuration:
    """Load the settings of the environments in `folder`, with all problems of all files.

    `only` names the environments to load. Empty: all of them.
    """
    problems: list[Problem] = []
    names = _chosen(folder, list(only), problems)
    texts: dict[str, str] = {}
    common = _read(folder / COMMON, problems, texts) if (folder / COMMON).exists() else {}
    environments: dict[str, Environment] = {}
    for name in names:
        own = _read(folder / f"{name}.toml", problems, texts)
        if common is None or own is None:
            continue
        origins = Origins(folder.name, name, own, common, texts)
        try:
            settings, new_problems = validate_environment(origins)
        except RecursionError:
            settings, new_problems = None, [((), f"a key in this file or in {COMMON} is nested too deeply")]
        if settings is not None:
            environments[name] = Environment(settings, origins)
        problems += [(name, f"{text} ({origins.place_of(path)})") for path, text in new_problems]
    return Configuration(environments, one_line_each(problems))


def one_line_each(problems: Iterable[Problem]) -> list[str]:
    """Return one line per sentence, with all its environments: a mistake in common.toml is one line, `dev, prod: …`."""
    about: dict[str, dict[str, None]] = {}
    for name, text in problems:
        about.setdefault(text, {})[name] = None
    return [printable(f"{', '.join(names)}: {text}".removeprefix(": ")) for text, names in about.items()]


def _chosen(folder: Path, only: list[str], problems: list[Problem]) -> list[str]:
    existing = environment_names(folder)
    if not existing:
        problems.append(("", f"{folder.name}/ has no environment. Create {folder.name}/dev.toml"))
    unknown = [name for name in only if existing and name not in existing]
    problems += [
        ("", f"there is no environment {name!r} in {folder.name}/. The environments are: {', '.join(existing)}")
        for name in unknown
    ]
    return [name for name in existing if not only or name in only]


def _read(path: Path, problems: list[Problem], texts: dict[str, str]) -> dict[str, Any] | None:
    """Return the content of a file, and add its text to `texts`. None: it cannot be read."""
    place = ""
    try:
        text = texts[path.name] = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        problem = f"the file is not UTF-8 text: {error.reason} at byte {error.start}"
    except (ValueError, RecursionError) as error:
        if at := _AT_LINE.search(str(error)):
            place = f":{at[1]}"
        problem = f"the file is not valid TOML: {_AT_LINE.sub('', str(error))}"
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror}"
    problems.append((path.stem, f"{problem} ({path.parent.name}/{path.name}{place})"))
    return None


def validate_environment(origins: Origins) -> tuple[EnvironmentSettings | None, list[tuple[KeyPath, str]]]:
    """Return the settings of one environment, or None and the key path and a sentence for each problem."""
    data = _merged(origins.common, origins.own)
    problems = list(_file_problems(data))
    try:
        settings = EnvironmentSettings.model_validate({**data, "environment": origins.name})
    except ValidationError as error:
        about = [path for path, _ in problems]
        new_problems = problems_in(error)
        return None, problems + [each for each in new_problems if not any(each[0][: len(path)] == path for path in about)]
    return (None, problems) if problems else (settings, [])


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        merged[key] = _merged(base[key], value) if _are_merged(key, base.get(key), value) else value
    return merged


def _are_merged(key: str, before: object, value: object) -> bool:
    return isinstance(before, dict) and isinstance(value, dict) and key not in REPLACED_WHOLE


def _as_table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _file_problems(data: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Yield values that are allowed for settings in Python, but not in a file."""
    if "environment" in data:
        yield ("environment",), "environment cannot be set, because it is the name of the file. Remove the key"
    for path in _token_paths(data):
        text = "looks like a CDKTF token, which has no meaning in a file. Write the actual value or key"
        yield path, f"{'.'.join(map(str, path))} {text}"


def _token_paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the paths of keys and values that look like tokens of cdktf. Expressions such as `${var.name}` do not."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [(*path, key)] if TOKEN_MARK in key else _token_paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _token_paths(inner, (*path, index))
    elif TOKEN_MARK in value if isinstance(value, str) else isinstance(value, float) and is_token(value):
        yield path
