from queuesmith.rules.authoring import WARNS, Pipeline, Problems, Rule, known, limits, warning

RULE = Rule(
    "QL112",
    "the mapping waits for the role's policy",
    limit="a path in the dependency graph from the mapping to the policy, through the function or depends_on",
    reason=(
        "Terraform makes what does not depend on each other at the same time. Lambda then refuses the mapping, as the role may "
        "not read the queue yet; IAM needs up to minutes to agree with itself."
    ),
    remedy="Add depends_on with the role's policy to the mapping or to the function.",
    source=limits.IAM_RACE,
    severities=WARNS,
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    if known(mapping.waits_for_policy) is False:
        policy = "the policy that lets the function read the queue"
        text = f"nothing makes {mapping.address} wait for {policy}: the first apply fails now and then"
        yield warning(mapping, "depends_on", text, f"Add depends_on with that policy to {mapping.address}")
