from queuesmith.rules.authoring import Rule

RULE = Rule(
    "QL903",
    "a suppression must match a finding",
    limit="at least one finding matches",
    reason="An unused suppression would hide the next finding of its rule.",
    remedy="Remove the suppression.",
    documentation="docs/rules.md",
    severity="warning",
)
