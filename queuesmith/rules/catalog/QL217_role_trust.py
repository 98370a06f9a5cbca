from queuesmith.rules.authoring import Pipeline, Problems, Role, Rule, Unknown, error, known, limits
from queuesmith.rules.iam.callers import is_allowed, is_public, service_for
from queuesmith.rules.iam.policy import Statement

_ASSUME = ("sts:AssumeRole",)
_LAMBDA = "lambda.amazonaws.com"

RULE = Rule(
    "QL217",
    "Lambda must be able to assume the function's role, and other accounts must not",
    limit=(
        "the trust policy allows sts:AssumeRole for lambda.amazonaws.com, and has no Allow for principal * that lets other "
        "accounts in (conditions as for QL019)"
    ),
    reason=(
        "Without Lambda in the trust policy, the function cannot be created. If everyone can assume the role, identities in "
        "any AWS account have the function's permissions."
    ),
    remedy="Trust only lambda.amazonaws.com.",
    documentation=limits.EXECUTION_ROLE,
)


def check(pipeline: Pipeline) -> Problems:
    role, function = known(pipeline.role), pipeline.function
    trust = known(role.trust)
    account = Unknown(f"the account of {function.label}")
    by_lambda = is_allowed(trust, _ASSUME, (), service_for(_LAMBDA, function.arns or Unknown(function.arn_name), account))
    if isinstance(by_lambda, Unknown):
        yield by_lambda
    elif not by_lambda:
        text = f"the trust policy of {role.label} does not let Lambda assume it: {function.label} cannot be created or invoked"
        yield error(role, "assume_role_policy", text, f"Allow sts:AssumeRole for {_LAMBDA} in that policy")
    yield from _other_accounts(role, trust)


def _other_accounts(role: Role, trust: tuple[Statement, ...]) -> Problems:
    public = [statement.allows and is_public(statement, trust, (), _ASSUME) for statement in trust]
    yield from (each for each in public if isinstance(each, Unknown))
    if True in public:
        text = f"the trust policy of {role.label} lets identities in any AWS account assume it"
        yield error(role, "assume_role_policy", text, f"Trust only {_LAMBDA}")
