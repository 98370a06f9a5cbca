import re

from queuesmith.rules.authoring import Function, Known, Pipeline, Problems, Role, Rule, Unknown, limits
from queuesmith.rules.names import misnamed, wrong_length

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ROLE_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]+")

RULE = Rule(
    "QL213",
    "function and role have names that AWS takes",
    limit=(f"function: {limits.FUNCTION_NAME_LENGTH}, A–Z, a–z, 0–9, _ and -; role: {limits.ROLE_NAME_LENGTH}, also + = , . @"),
    reason="Lambda and IAM refuse other names.",
    remedy="Choose another name.",
    source=limits.CREATE_FUNCTION,
    hard=True,
)


def check(pipeline: Pipeline) -> Problems:
    yield from _name(pipeline, pipeline.function, pipeline.function.name, limits.FUNCTION_NAME_LENGTH)
    role = pipeline.role
    if isinstance(role, Unknown):
        yield role
    else:
        yield from _name(pipeline, role, role.name, limits.ROLE_NAME_LENGTH)


def _name(pipeline: Pipeline, part: Function | Role, name: Known[str | None], allowed: limits.Range) -> Problems:
    if isinstance(name, Unknown):
        yield name
    elif name is not None:
        taken = _ROLE_NAME if isinstance(part, Role) else _NAME
        complaint = wrong_length(name, allowed) or (None if taken.fullmatch(name) else "has characters that AWS does not take")
        if complaint:
            yield misnamed(pipeline, part, name, complaint, allowed)
