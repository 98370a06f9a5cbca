from queuesmith.rules.authoring import Pipeline, Problems, Rule, error, known, limits

RULE = Rule(
    "QL214",
    "a function has no more layers than Lambda takes",
    limit=f"{limits.LAYERS}",
    reason="Lambda refuses more.",
    remedy="Put several into one layer, or their content into the package.",
    source=limits.LAMBDA_LIMITS,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    layers, key = known(function.layers), function.attribute_path("layers")
    if layers not in limits.LAYERS:
        text = f"{key} has {layers} layers, but {limits.LAYERS} are allowed"
        yield error(function, "layers", text, f"Put several of {key} into one, or their content into the package")
