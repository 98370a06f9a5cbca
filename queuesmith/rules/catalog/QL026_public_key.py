from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, error, known, limits
from queuesmith.rules.iam.actions import KEY_ACTIONS
from queuesmith.rules.iam.callers import is_public
from queuesmith.rules.queue_policies import actions_of

RULE = Rule(
    "QL026",
    "the policy of the queue's KMS key must not be public",
    limit=(
        "no Allow for principal * that lets other accounts use the key. A condition on kms:CallerAccount prevents that, as do "
        "the conditions that QL019 accepts. A condition on kms:ViaService alone does not. If the key's policy is unknown, the "
        "check is skipped"
    ),
    reason="Otherwise identities in any AWS account can decrypt with the key, or destroy it, depending on the actions.",
    remedy="Name the principals, or add a condition on kms:CallerAccount.",
    documentation=limits.PUBLIC_KEYS,
)


def check(pipeline: Pipeline) -> Problems:
    key = known(pipeline.kms_key)
    if key is None:
        return
    if not key.policy_is_readable:
        yield Unknown(f"the policy of {key.label}")
        return
    policy = known(key.policy)
    for statement in policy:
        public = statement.allows and is_public(statement, policy, key.arns, KEY_ACTIONS)
        if isinstance(public, Unknown):
            yield public
        elif public:
            text = f"the policy of {key.label} allows identities in any AWS account to perform {actions_of(statement)}"
            yield error(key, "policy", text)
