from queuesmith.rules.authoring import Pipeline, Problems, Rule, error, known, limits

RULE = Rule(
    "QL214",
    "the function must not have more layers than Lambda accepts",
    limit=f"at most {limits.LAYERS.high}",
    reason="Lambda rejects more.",
    remedy="Merge layers, or move their content to the deployment package.",
    documentation=limits.LAMBDA_LIMITS,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    layer_count, key = known(function.layers), function.attribute_path("layers")
    if layer_count not in limits.LAYERS:
        text = f"{key} has {layer_count} layers, but at most {limits.LAYERS.high} are allowed"
        yield error(function, "layers", text, f"Merge some of {key}, or move their content to the deployment package")
