from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, error, known, limits
from queuesmith.rules.iam.actions import INVOKE_ACTIONS
from queuesmith.rules.iam.callers import is_public

RULE = Rule(
    "QL218",
    "the function must not be open to everyone",
    limit=(
        "no function URL without authentication, and no Lambda permission for principal * without a source account, source ARN "
        "or organization"
    ),
    reason=(
        "A worker's function trusts its input: the messages of its queue. Anyone who can invoke it can give it messages that "
        "no queue policy has checked."
    ),
    remedy="Remove the function URL or the permission, or limit it to specific callers.",
    documentation=limits.FUNCTION_URLS,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    policy = known(function.policy)
    for statement in policy:
        public = statement.allows and is_public(statement, policy, function.arns, INVOKE_ACTIONS)
        if isinstance(public, Unknown):
            yield public
        elif public:
            yield error(function, "", f"{statement.where or 'a permission'} lets anyone invoke {function.label}")
