"""Reads suppressions of findings from `queuesmith.toml`, from options (`--suppress "QL007=the reason"`) and from settings.

    [suppress]
    QL007 = "the DLQ is emptied every hour"
    QL208 = { reason = "until the table has its own key", addresses = ["module.billing*"] }

Each has a reason. In `queuesmith.toml`, it can be limited to addresses.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queuesmith.checks.reports.report import Report
from queuesmith.common.errors import UsageError
from queuesmith.rules import Suppression, check_suppression
from queuesmith.settings.renamed_keys import RENAMED_KEYS, renamed

if TYPE_CHECKING:
    from queuesmith.settings import WorkerSettings

FILE = "queuesmith.toml"
_TABLE = "suppress"
_ID = re.compile(r"QL\d{3}")
_SHAPE = 'a reason in quotes, or { reason = "…", addresses = ["…"] }'


def read_suppressions(options: Iterable[str], file: Path | None, *, default_file: bool = True) -> list[Suppression]:
    """The suppressions in options such as `QL007=why`, and in a file: `file`, or an existing queuesmith.toml if `default_file`.

    Raises UsageError for an invalid option or file.
    """
    suppressions = suppressions_in_options(options)
    if file is not None or (default_file and Path(FILE).is_file()):
        suppressions += suppressions_in_file(file or Path(FILE))
    return suppressions


def suppressions_in_file(path: Path) -> list[Suppression]:
    """Read the suppressions in a file. Raises UsageError if the file cannot be read or has other content."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    for key in sorted(content.keys() - {_TABLE}):
        if RENAMED_KEYS.get(key) == _TABLE:
            raise UsageError(f"{path}: {renamed(key, _TABLE)}")
        raise UsageError(f'{path}: "{key}" is not a setting. The only key is {_TABLE}')
    table = content.get(_TABLE, {})
    if not isinstance(table, dict):
        raise UsageError(f'{path}: {_TABLE} must be a table: the line [{_TABLE}], then QL007 = "the reason"')
    return list(_entries(table, path))


def _entries(table: dict[str, Any], path: Path) -> Iterator[Suppression]:
    for rule, value in table.items():
        where = f"{_TABLE}.{rule} in {path.name}"
        if isinstance(value, str):
            yield Suppression(rule, value, where=where, file=str(path))
            continue
        if not isinstance(value, dict) or value.keys() - {"reason", "addresses"}:
            raise UsageError(f"{path}: {_TABLE}.{rule} must be {_SHAPE}")
        reason, addresses = value.get("reason", ""), value.get("addresses", [])
        if not isinstance(reason, str) or not isinstance(addresses, list) or not all(isinstance(a, str) for a in addresses):
            raise UsageError(f"{path}: {_TABLE}.{rule} must be {_SHAPE}")
        yield Suppression(rule, reason, tuple(addresses), where, str(path))


def suppressions_in_options(options: Iterable[str]) -> list[Suppression]:
    """Parse the suppressions in `--suppress QL007=reason`. Raises UsageError for other forms."""
    suppressions: list[Suppression] = []
    for option in options:
        name, _, reason = option.partition("=")
        rule = name.strip().upper()
        if not _ID.fullmatch(rule):
            raise UsageError(
                f'--suppress is "{option}", but must be RULE=reason, such as --suppress "QL007=the DLQ is emptied hourly"'
            )
        suppressions.append(Suppression(rule, reason, where=f"--suppress {rule}"))
    return suppressions


def suppressions_in_settings(settings: WorkerSettings) -> list[Suppression]:
    """Return the suppressions in a worker's settings."""
    return [Suppression(rule, reason, where=f"{_TABLE}.{rule}") for rule, reason in settings.suppress.items()]


def with_suppressions_checked(report: Report, suppressions: Sequence[Suppression], *, report_unused: bool = True) -> Report:
    """Return the report with the findings about the suppressions. `report_unused`: with those about unused ones (QL903)."""
    findings = [finding for _, pipeline in report.pipelines for finding in pipeline.every_finding]
    skipped = {rule for _, pipeline in report.pipelines for rule, _ in pipeline.skipped}
    found = [(each.file, check_suppression(each, findings, skipped)) for each in suppressions]
    kept = [(file, finding) for file, finding in found if finding is not None and (report_unused or finding.rule != "QL903")]
    return replace(report, suppression_findings=tuple(kept))
