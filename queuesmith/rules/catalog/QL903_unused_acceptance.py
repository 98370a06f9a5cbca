from queuesmith.rules.authoring import WARNS, Rule

RULE = Rule(
    "QL903",
    "an acceptance still matches something",
    limit="at least one finding",
    reason="One that is left behind would hide the next finding of that rule.",
    remedy="Take the acceptance out.",
    source="docs/rules.md",
    severities=WARNS,
)
