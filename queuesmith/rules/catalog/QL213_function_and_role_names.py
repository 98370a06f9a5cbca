import re

from queuesmith.rules.authoring import Function, Pipeline, Problems, Range, Role, Rule, Unknown, known, limits
from queuesmith.rules.resource_names import length_complaint, name_problem

_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ROLE_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]+")

RULE = Rule(
    "QL213",
    "the function and the role must have names that AWS accepts",
    limit=f"function: {limits.FUNCTION_NAME_LENGTH}, A–Z, a–z, 0–9, _ and -; role: {limits.ROLE_NAME_LENGTH}, also + = , . @",
    reason="Lambda and IAM reject other names.",
    remedy="Choose another name.",
    documentation=limits.CREATE_FUNCTION,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    yield from _check_name(pipeline, pipeline.function, limits.FUNCTION_NAME_LENGTH, _FUNCTION_NAME)
    yield from _check_name(pipeline, known(pipeline.role), limits.ROLE_NAME_LENGTH, _ROLE_NAME)


def _check_name(pipeline: Pipeline, part: Function | Role, allowed: Range, pattern: re.Pattern[str]) -> Problems:
    name = part.name
    if isinstance(name, Unknown):
        yield name
    elif name is not None:
        complaint = length_complaint(name, allowed) or (
            "" if pattern.fullmatch(name) else "has characters that AWS does not accept"
        )
        if complaint:
            yield name_problem(pipeline, part, name, complaint, allowed)
