"""The rules about what is deployed and about acceptances: `drift` and `acceptance` report them, not a single pipeline."""

from __future__ import annotations

from queuesmith.rules.finding import Severity
from queuesmith.rules.rule import BOTH, RULES, Rule

_HERE = "docs/rules.md"


def _enter(id: str, title: str, limit: str, reason: str, remedy: str, *severities: Severity) -> None:
    RULES[id] = Rule(id, title, limit, reason, remedy, _HERE, severities, hard=False, check=None)


_enter(
    "QL401",
    "what is deployed is what the settings say",
    "every value that is known on both sides, or nothing is there at all (error); `queuesmith doctor` compares them",
    "A change by hand is lost with the next apply, and until then nobody knows what runs.",
    "Apply the settings again, or write the change into them.",
    *BOTH,
)
_enter(
    "QL901",
    "an acceptance names a rule that can be accepted",
    "a rule of this book, and not a limit that AWS enforces",
    "What AWS refuses is refused with or without an acceptance; an unknown id accepts nothing.",
    "Take the acceptance out, and fix what the rule found.",
    Severity.ERROR,
)
_enter(
    "QL902",
    "an acceptance has a reason",
    "a text that is not empty",
    "Whoever comes later has to know whether the reason still holds.",
    "Say why.",
    Severity.ERROR,
)
_enter(
    "QL903",
    "an acceptance still matches something",
    "at least one finding",
    "One that is left behind would hide the next finding of that rule.",
    "Take the acceptance out.",
    Severity.WARNING,
)
