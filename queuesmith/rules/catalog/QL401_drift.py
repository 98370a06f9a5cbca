from queuesmith.rules.authoring import Rule

RULE = Rule(
    "QL401",
    "the deployed worker must match the settings",
    limit=(
        "each value known in both the settings and AWS is equal (warning); the worker is deployed (error). `queuesmith doctor` "
        "compares them"
    ),
    reason="The next apply overwrites manual changes. Until then, the settings do not show what is deployed.",
    remedy="Apply the settings again, or change them to the deployed values.",
    documentation="docs/rules.md",
    severity="error or warning",
)
