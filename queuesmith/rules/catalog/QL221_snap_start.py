from queuesmith.rules.authoring import Pipeline, Problems, Rule, known, limits, warning

RULE = Rule(
    "QL221",
    "a function with SnapStart must be invoked by version or alias",
    limit="the mapping of a function with SnapStart names a version or an alias",
    reason="SnapStart applies to published versions only. Cold starts of the unpublished version take their full time.",
    remedy="Publish a version, and let the mapping invoke it or its alias.",
    documentation=limits.SNAP_START,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    function, mapping = pipeline.function, pipeline.mapping
    if known(function.snap_start) and known(mapping.qualifier) in (None, limits.UNPUBLISHED):
        text = f"{mapping.label} invokes the unpublished version of {function.label}, to which SnapStart does not apply"
        yield warning(mapping, "function_name", text, "Set the ARN of an alias or of a published version")
