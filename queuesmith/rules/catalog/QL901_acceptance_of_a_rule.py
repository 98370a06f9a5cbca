from queuesmith.rules.authoring import Rule

RULE = Rule(
    "QL901",
    "an acceptance names a rule that can be accepted",
    limit="a rule of this book, and not a limit that AWS enforces",
    reason="What AWS refuses is refused with or without an acceptance; an unknown id accepts nothing.",
    remedy="Take the acceptance out, and fix what the rule found.",
    source="docs/rules.md",
)
