from queuesmith.rules.authoring import Rule

RULE = Rule(
    "QL901",
    "a suppression names a rule that can be suppressed",
    limit="a rule of this book, unless AWS enforces its limit",
    reason="AWS rejects the value whether or not the finding is suppressed. An unknown id suppresses nothing.",
    remedy="Remove the suppression, and fix the problem.",
    documentation="docs/rules.md",
)
