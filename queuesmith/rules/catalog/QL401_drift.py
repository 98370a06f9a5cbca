from queuesmith.rules.authoring import BOTH, Rule

RULE = Rule(
    "QL401",
    "what is deployed is what the settings say",
    limit="every value that is known on both sides, or nothing is there at all (error); `queuesmith doctor` compares them",
    reason="A change by hand is lost with the next apply, and until then nobody knows what runs.",
    remedy="Apply the settings again, or write the change into them.",
    source="docs/rules.md",
    severities=BOTH,
)
