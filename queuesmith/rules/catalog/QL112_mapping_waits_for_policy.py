from queuesmith.rules.authoring import Pipeline, Problems, Rule, known, limits, warning

RULE = Rule(
    "QL112",
    "the mapping must wait for the role's policy",
    limit="a path in the dependency graph from the mapping to the policy, through the function or depends_on",
    reason=(
        "Terraform creates resources that do not depend on each other at the same time. Lambda rejects the mapping if the role "
        "cannot read the queue yet, and an IAM change can take minutes to take effect."
    ),
    remedy="Add depends_on with the role's policy to the mapping or to the function.",
    documentation=limits.IAM_RACE,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    if known(mapping.waits_for_policy) is False:
        policy = "the policy that lets the function read the queue"
        text = f"{mapping.label} does not depend on {policy}: the first apply can fail"
        yield warning(mapping, "depends_on", text, f"Add depends_on with that policy to {mapping.label}")
