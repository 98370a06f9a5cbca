from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, limits, warning

RULE = Rule(
    "QL115",
    "the mapping must be enabled",
    limit="`enabled` is true",
    reason="A disabled mapping processes nothing: messages wait until their retention period ends.",
    remedy="Enable it, or remove it.",
    documentation=limits.CREATE_MAPPING,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    enabled = pipeline.mapping.enabled
    if isinstance(enabled, Unknown):
        yield enabled
    elif not enabled:
        key = pipeline.mapping.attribute_path("enabled")
        yield warning(pipeline.mapping, "enabled", f"{key} is false: no message is processed", f"Set {key} to true")
