"""docs/corpus.md: the text of page.md, with the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

from queuesmith.common.printing import counted
from tools.corpus.repositories import Corpus
from tools.corpus.results import FolderResult
from tools.corpus.verdicts import VERDICTS, FindingId, Tally, tallies

SEVERITIES = ("error", "warning")
_NOT_HERE = "is not on this machine"
TEXT = Path(__file__).with_name("page.md")


def page(corpus: Corpus, results: Sequence[FolderResult], verdicts: dict[FindingId, str]) -> str:
    """Return the page."""
    found = tallies(results, verdicts)
    return Template(TEXT.read_text(encoding="utf-8")).substitute(
        date=corpus.date.isoformat(),
        summary=_summary(corpus, results, found),
        rules=_table(("Rule", "Severity", "Findings", "Examined", "Right", "Wrong", "Unsure", "Precision"), _rules(found)),
        repositories=_table(
            ("Repository and commit", "Pipelines", "Errors", "Warnings", "Skipped", "Unresolved", "Processor time"),
            _repositories(corpus, results),
        ),
        unread=_unread(results),
    )


def _summary(corpus: Corpus, results: Sequence[FolderResult], found: dict[tuple[str, str], Tally]) -> str:
    seconds = sorted(each.seconds for each in results)
    unresolved = sum(len(each.unresolved) for each in results)
    lines = [
        f"{counted(len(corpus.repositories), 'repository', 'repositories')}, {counted(len(results), 'root module')}, "
        f"{counted(sum(each.pipelines for each in results), 'pipeline')}",
        *(_examined(severity, [tally for (_, each), tally in found.items() if each == severity]) for severity in SEVERITIES),
        f"{unresolved:,} unresolved: modules that could not be read, and event source mappings whose queue is not known",
        f"processor time for a root module: median {seconds[len(seconds) // 2]:.1f} s, maximum {seconds[-1]:.1f} s",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _examined(severity: str, those: Sequence[Tally]) -> str:
    verdicts = sum((tally.verdicts for tally in those), Counter[str]())
    text = ", ".join(f"{verdicts[each]:,} {each}" for each in VERDICTS)
    return f"{counted(sum(tally.findings for tally in those), severity)}; {verdicts.total():,} examined: {text}"


def _rules(found: dict[tuple[str, str], Tally]) -> Iterable[Sequence[str]]:
    for (rule, severity), tally in found.items():
        precision = "" if tally.precision is None else f"{tally.precision:.0%}"
        verdicts = (str(tally.verdicts[each]) for each in VERDICTS)
        yield f"[{rule}](rules/{rule}.md)", severity, str(tally.findings), str(tally.examined), *verdicts, precision


def _repositories(corpus: Corpus, results: Sequence[FolderResult]) -> Iterable[Sequence[str]]:
    commits = {each.name: each.commit for each in corpus.repositories}
    for each in results:
        commit = commits[each.repository]
        url = f"https://github.com/{each.repository}/tree/{commit}" + ("" if each.folder == "." else f"/{each.folder}")
        place = each.repository + ("" if each.folder == "." else f": {each.folder}")
        counts = [
            each.pipelines if each.outcome == "checked" else each.outcome,
            *(sum(finding.severity == severity for finding in each.findings) for severity in SEVERITIES),
            each.skipped,
            len(each.unresolved),
        ]
        yield f"[{place}]({url}) {commit[:7]}", *(str(count) for count in counts), f"{each.seconds:.1f} s"


def _unread(results: Sequence[FolderResult]) -> str:
    lines = []
    for each in results:
        missing = sum(_NOT_HERE in what for what in each.unresolved)
        parts = [*each.unread, *(what for what in each.unresolved if _NOT_HERE not in what)]
        parts += [f"{counted(missing, 'module')} from a registry or another repository"] if missing else []
        lines += [f"- {each.repository}, `{each.folder}`: {'; '.join(parts)}"] if parts else []
    return "\n".join(lines) or "Everything could be read."


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows))
