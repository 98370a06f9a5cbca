from queuesmith.rules.authoring import Rule

RULE = Rule(
    "QL901",
    "a suppression must name a rule that can be suppressed",
    limit="an existing rule. Findings about hard limits, drift (QL401) and suppressions (QL901 to QL903) cannot be suppressed",
    reason="A hard limit applies whether or not its finding is suppressed. An unknown id suppresses nothing.",
    remedy="Remove the suppression, and fix the problem.",
    documentation="docs/rules.md",
)
