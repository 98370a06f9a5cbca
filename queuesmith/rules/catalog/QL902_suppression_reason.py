from queuesmith.rules.authoring import Rule

RULE = Rule(
    "QL902",
    "a suppression must have a reason",
    limit="the reason is not empty",
    reason="A later reader must be able to tell whether the reason still applies.",
    remedy="Give the reason.",
    documentation="docs/rules.md",
)
