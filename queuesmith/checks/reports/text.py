"""The report for people. A terminal shows it coloured and wrapped; elsewhere each finding is one line, for grep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from queuesmith.checks.reports.report import FileReport, PipelineReport, Report
from queuesmith.checks.reports.summary import Summary, next_command, nothing_checked, reasons, sentence
from queuesmith.common.printing import encodable, printable
from queuesmith.rules import Finding, Severity

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}
_LEAST_WIDTH = 20


@dataclass(frozen=True)
class _Line:
    """One line before wrapping: its indentation, and pieces of text with their styles."""

    indent: int
    pieces: tuple[tuple[str, str], ...]
    wrapped: bool = True
    """Whether the line can be wrapped. A URL must not be."""


_Block = list[_Line]


def write(report: Report, stream: TextIO) -> None:
    """Print a report. Only a terminal gets colours and wrapped lines. NO_COLOR disables the colours."""
    if stream.isatty():
        _write_to_terminal(report, stream)
        return
    for number, block in enumerate(_blocks(report)):
        stream.write("\n" if number else "")
        for line in block:
            text = "".join(encodable(printable(piece), stream.encoding) for piece, _ in line.pieces)
            stream.write(f"{' ' * line.indent}{text}\n")


def _write_to_terminal(report: Report, stream: TextIO) -> None:
    from rich.console import Console  # slow to load, and not needed elsewhere
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False)
    for number, block in enumerate(_blocks(report)):
        if number:
            console.print()
        for line in block:
            text = Text.assemble(*((encodable(printable(piece), stream.encoding), style) for piece, style in line.pieces))
            hanging = line.indent + 2
            width = max(_LEAST_WIDTH, console.width - hanging)
            for part_number, part in enumerate(text.wrap(console, width, overflow="fold") if line.wrapped else [text]):
                if line.wrapped:
                    part.rstrip()
                console.print(Text(" " * (hanging if part_number else line.indent)) + part, soft_wrap=True)


def _blocks(report: Report) -> Iterator[_Block]:
    several = len(report.files) > 1
    silent = True
    for file in report.files:
        blocks = list(_of_file(file, 2 if several else 0))
        if not file.pipelines:
            yield [_Line(0, ((file.file, "bold"), (f": {nothing_checked(file)}", "")))]
        elif blocks and several:
            blocks[0].insert(0, _Line(0, ((file.file, "bold underline"),)))
        yield from blocks
        silent = silent and not blocks and not file.pipelines
    if report.suppression_findings:
        heading = _Line(0, (("suppressions", "bold"),))
        yield [heading, *(line for _, finding in report.suppression_findings for line in _of_finding(finding, 2))]
        silent = False
    if pages := {finding.rule: finding.page for _, finding in report.findings}:
        heading = _Line(0, (("Documentation:", "dim"),))
        yield [heading, *(_Line(2, ((f"{rule} {pages[rule]}", "dim"),), wrapped=False) for rule in sorted(pages))]
    if not silent:
        yield list(_end(report))


def _of_file(file: FileReport, indent: int) -> Iterator[_Block]:
    for pipeline in file.pipelines:
        if lines := list(_of_pipeline(pipeline, indent + 2)):
            yield [_Line(indent, ((pipeline.name, "bold"),)), *lines]
    if file.unread_files:
        yield [_Line(indent, (("not read: ", "yellow"), (f"{name}: {reason}", ""))) for name, reason in file.unread_files]
    if file.unresolved:
        yield [_Line(indent, (("unresolved: ", "dim"), (f"{each} ({reason})", ""))) for each, reason in file.unresolved]


def _of_pipeline(pipeline: PipelineReport, indent: int) -> Iterator[_Line]:
    for finding in sorted(pipeline.findings, key=lambda each: each.severity is not Severity.ERROR):  # errors first
        yield from _of_finding(finding, indent)
    for finding in pipeline.suppressed:
        yield _Line(indent, (("suppressed", "green"), (f" {finding.rule} {finding.address}: {finding.suppression_reason}", "")))
    by_reason: dict[str, list[str]] = {}  # each rule once, so that the summary counts the rules that are listed here
    for rule, unknown in reasons(pipeline).items():
        by_reason.setdefault("; ".join(unknown), []).append(rule)
    for reason, rules in by_reason.items():
        yield _Line(indent, (("skipped: ", "dim"), (f"{', '.join(rules)}. Unknown: {reason}", "")))


def _of_finding(finding: Finding, indent: int) -> Iterator[_Line]:
    severity = finding.severity
    yield _Line(indent, ((severity.value, _STYLES[severity]), (f" {finding.rule}", "bold"), (f" {sentence(finding)}", "")))
    yield _Line(indent + 2, ((finding.remedy, ""),))
    if place := finding.place:
        yield _Line(indent + 2, ((f"{place.file}:{place.line}", "cyan"),), wrapped=False)
        width = len(str(place.excerpt[-1][0])) if place.excerpt else 0
        for number, text in place.excerpt:
            is_marked = number == place.line
            prefix, code = f"{'>' if is_marked else ' '} {number:>{width}} |", text.expandtabs(4).rstrip()
            shown = (f" {code}" if code else "", "bold" if is_marked else "dim")
            yield _Line(indent + 2, ((prefix, "dim"), shown), wrapped=False)


def _end(report: Report) -> Iterator[_Line]:
    yield _Line(0, ((Summary.of(report).sentence, "bold"),))
    if command := next_command(report):
        yield _Line(0, ((command, ""),), wrapped=False)
