from queuesmith.rules.authoring import Rule

RULE = Rule(
    "QL902",
    "an acceptance has a reason",
    limit="a text that is not empty",
    reason="Whoever comes later has to know whether the reason still holds.",
    remedy="Say why.",
    source="docs/rules.md",
)
