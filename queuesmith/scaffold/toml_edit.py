"""Adds tables to a TOML file. The user's comments, order and format stay."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from queuesmith.common.errors import UsageError


def with_tables(text: str, addition: str, file: str) -> tuple[str, list[str]]:
    """Add the tables of one TOML text to another.

    Parameters
    ----------
    text
        The user's text.
    addition
        The tables, such as `[tables.mail]` and `[workers.mail.function]`. None of the second level is in the text yet.
    file
        The name of the user's file, for messages.

    Returns
    -------
    tuple
        The new text, and the names of the added tables of the second level: `tables.mail`, `workers.mail`.

    Raises
    ------
    UsageError
        If the text is not valid TOML.

    """
    added = tomllib.loads(addition)
    keys = [f"{kind}.{name}" for kind, tables in added.items() for name in tables]
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is not valid TOML: {error}. Nothing was written. Correct the file") from error
    end = "\r\n" if "\r\n" in text else "\n"
    appended = f"{text.rstrip()}{end * 2 if text.strip() else ''}{addition.replace(chr(10), end)}"
    try:
        if tomllib.loads(appended) == _merged(before, added):
            return appended, keys
    except tomllib.TOMLDecodeError:  # for example because of `workers = {…}`, which a header cannot extend
        pass
    return _with_entries(text, addition), keys


def _with_entries(text: str, addition: str) -> str:
    """Add the tables as entries of existing inline tables."""
    import tomlkit
    from tomlkit.items import AbstractTable

    document = tomlkit.parse(text)
    for kind, tables in tomlkit.parse(addition).items():
        existing = document.get(kind)
        if not isinstance(existing, AbstractTable):
            document[kind] = tables
            continue
        for name, table in tables.items():
            existing[name] = _as_inline(table.unwrap())
    return tomlkit.dumps(document)


def _as_inline(value: Mapping[str, Any]) -> Any:
    """The value as inline tables."""
    import tomlkit

    table = tomlkit.inline_table()
    for key, entry in value.items():
        table[key] = _as_inline(entry) if isinstance(entry, Mapping) else entry
    return table


def _merged(before: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    return {**before, **{kind: {**before.get(kind, {}), **tables} for kind, tables in added.items()}}
