from queuesmith.rules.authoring import Pipeline, Problems, Rule, error, limits
from queuesmith.rules.iam.policy import account_of, region_of

RULE = Rule(
    "QL118",
    "the mapping must be in the region of the queue, and in the region and account of the function",
    limit=(
        "the queue, the mapping and the function are in one region; the mapping and the function are in one account. The queue "
        "can be in a different account. Regions and accounts that are not known are not compared"
    ),
    reason="Lambda rejects any other combination of regions and accounts.",
    remedy="Create the mapping and the function in the queue's region, with the same provider or region argument.",
    documentation=limits.CONFIGURE_SQS_SOURCE,
)


def check(pipeline: Pipeline) -> Problems:
    queue, function, mapping = pipeline.queue, pipeline.function, pipeline.mapping
    regions = [(part, region) for part in (mapping, function, queue) if (region := region_of(part.arns))]
    first, others = (regions[0], regions[1:]) if regions else ((mapping, ""), [])
    for part, region in others:
        if region != first[1]:
            text = f"{first[0].label} is in {first[1]}, but {part.label} is in {region}: Lambda rejects the mapping"
            yield error(mapping, "", text, "Create the queue, the mapping and the function in one region")
    own, other = ({account for arn in arns if (account := account_of(arn))} for arns in (mapping.arns, function.arns))
    if own and other and not own & other:
        text = f"{mapping.label} is in account {min(own)}, but {function.label} is in account {min(other)}: Lambda rejects this"
        yield error(mapping, "", text, f"Create {mapping.label} in account {min(other)}")
