from queuesmith.rules.authoring import Rule

RULE = Rule(
    "QL901",
    "a suppression must name a rule that can be suppressed",
    limit="an existing rule whose limit AWS does not enforce",
    reason="AWS rejects the value whether or not the finding is suppressed. An unknown id suppresses nothing.",
    remedy="Remove the suppression, and fix the problem.",
    documentation="docs/rules.md",
)
