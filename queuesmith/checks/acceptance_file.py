"""Reads suppressions of findings from `queuesmith.toml` and from the command line (`--suppress "QL007=the reason"`).

    [suppress]
    QL007 = "the DLQ is emptied every hour"
    QL208 = { reason = "until the table has its own key", addresses = ["module.billing*"] }

Each has a reason. In a file, it can be limited to addresses.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from queuesmith.common.errors import UsageError
from queuesmith.rules import Acceptance
from queuesmith.settings.renamed_keys import RENAMED_KEYS, renamed

FILE = "queuesmith.toml"
_TABLE = "suppress"
_ID = re.compile(r"QL\d{3}")
_SHAPE = 'a reason in quotes, or { reason = "…", addresses = ["…"] }'


def from_file(path: Path) -> list[Acceptance]:
    """Read the suppressions in a file. Raises UsageError if the file cannot be read or has other content."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not usable TOML: {error}") from error
    for key in sorted(content.keys() - {_TABLE}):
        if RENAMED_KEYS.get(key) == _TABLE:
            raise UsageError(f"{path}: {renamed(key, _TABLE)}")
        raise UsageError(f"{path}: {key} is not a setting. Allowed here: {_TABLE}")
    table = content.get(_TABLE, {})
    if not isinstance(table, dict):
        raise UsageError(f'{path}: {_TABLE} must be a table: [{_TABLE}], and under it QL007 = "the reason"')
    return list(_entries(table, path))


def _entries(table: dict[str, Any], path: Path) -> Iterator[Acceptance]:
    for rule, value in table.items():
        where = f"{_TABLE}.{rule} in {path.name}"
        if isinstance(value, str):
            yield Acceptance(rule, value, where=where)
            continue
        if not isinstance(value, dict) or value.keys() - {"reason", "addresses"}:
            raise UsageError(f"{path}: {_TABLE}.{rule} must be {_SHAPE}")
        reason, addresses = value.get("reason", ""), value.get("addresses", [])
        if not isinstance(reason, str) or not isinstance(addresses, list) or not all(isinstance(a, str) for a in addresses):
            raise UsageError(f"{path}: {_TABLE}.{rule} must be {_SHAPE}")
        yield Acceptance(rule, reason, tuple(addresses), where)


def from_options(options: Iterable[str]) -> list[Acceptance]:
    """Parse the suppressions in `--suppress QL007=reason`. Raises UsageError for other forms."""
    found: list[Acceptance] = []
    for option in options:
        name, _, reason = option.partition("=")
        rule = name.strip().upper()
        if not _ID.fullmatch(rule):
            raise UsageError(
                f'--suppress is "{option}", but must be RULE=reason, such as --suppress "QL007=the DLQ is emptied hourly"'
            )
        found.append(Acceptance(rule, reason, where=f"--suppress {rule}"))
    return found
