"""Rules about the function: its environment, code, runtime and names."""

from __future__ import annotations

import re
from datetime import timedelta

from queuesmith.rules import limits
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.names import misnamed, wrong_length
from queuesmith.rules.pipeline import Function, Pipeline, Role
from queuesmith.rules.rule import BOTH, Problems, error, rule, warning
from queuesmith.rules.runtimes import READ_ON, RESERVED_VARIABLES, RUNTIMES
from queuesmith.rules.secret_values import kind_of_secret
from queuesmith.rules.wording import amount, shown

_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ROLE_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]+")


@rule(
    "QL202",
    "the environment is one that Lambda takes",
    limit=f"{amount(limits.ENVIRONMENT_SIZE)} bytes in all; names match {_VARIABLE.pattern} and are not reserved",
    reason="Lambda refuses the function otherwise.",
    remedy="Rename the variable; put what is large into SSM Parameter Store or S3.",
    source=limits.LAMBDA_VARIABLES,
    hard=True,
)
def environment_is_allowed(pipeline: Pipeline) -> Problems:
    """QL202."""
    function = pipeline.function
    variables, key = known(function.environment), function.key("environment")
    for name in variables:
        if name in RESERVED_VARIABLES:
            text = f"{key}.{name} is a name that Lambda keeps for itself"
            yield error(function, f"environment.{name}", text, "Choose another name")
        elif not _VARIABLE.fullmatch(name):
            what = f"has the name {shown(name)}" if name else "has an empty name"
            text = f"a variable in {key} {what}, but Lambda takes a letter, then at least one letter, digit or underscore"
            yield error(function, _attribute_of(name), text, "Choose another name")
    size = 0
    for name, value in variables.items():
        if isinstance(value, Unknown):
            yield value
        size += _bytes(name) + (0 if isinstance(value, Unknown) else _bytes(value))
    if size > limits.ENVIRONMENT_SIZE:
        text = f"{key} is {amount(size, 'bytes')}, but at most {amount(limits.ENVIRONMENT_SIZE)} are allowed"
        yield error(function, "environment", text, "Put what is large into SSM Parameter Store or S3, and its name here")


def _attribute_of(name: str) -> str:
    """Where a variable is. A name that cannot be one may be a secret that has got into the wrong place."""
    may_be_shown = name.isprintable() and kind_of_secret(name) is None
    return f"environment.{name}" if name and may_be_shown else "environment"


def _bytes(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


@rule(
    "QL204",
    "there is one source of code, and the handler is in it",
    limit="exactly one of zip, S3 object and image; a local zip for Python has the handler's module and function",
    reason=(
        "Lambda refuses two sources or none. A handler that is not in the zip is found out by the first message: every "
        "invocation fails, and everything ends in the DLQ."
    ),
    remedy="Name one source, and a handler that is in it.",
    source=limits.CREATE_FUNCTION,
    hard_where="there is not exactly one source",
)
def code_has_one_source_with_the_handler(pipeline: Pipeline) -> Problems:
    """QL204."""
    function = pipeline.function
    if len(function.code) != 1:
        given = " and ".join(function.code) or "no source of code"
        yield error(
            function, "", f"{function.address} has {given}", "Name one: a local zip, an S3 object or an image", hard=True
        )
    problem = known(function.handler_problem)
    if problem:
        key, handler = function.key("handler"), known(function.handler)
        text = f"{key} is {shown(handler) if handler else 'not set'}, but {problem}"
        yield error(function, "handler", text, f"Set {key} to what is there")


@rule(
    "QL205",
    "the runtime is supported, and for some time yet",
    limit=(
        f"blocked (error); deprecated, within {limits.RUNTIME_NOTICE_DAYS} days of it, or unknown to the table (warning). The "
        f"table is of {READ_ON}"
    ),
    reason=(
        "A deprecated runtime gets no security updates; later Lambda refuses to create functions with it, then to update them. "
        "It can be accepted, as AWS moves the dates, and functions that exist go on."
    ),
    remedy="Move to a later runtime of the same language.",
    source=limits.LAMBDA_RUNTIMES,
    severities=BOTH,
)
def runtime_is_supported(pipeline: Pipeline) -> Problems:
    """QL205."""
    function, today = pipeline.function, pipeline.today
    runtime, key = known(function.runtime), function.key("runtime")
    if runtime is None:
        return
    if runtime not in RUNTIMES:
        text = f"{key} is {shown(runtime)}, which is not in queuesmith's table of runtimes, made on {READ_ON}"
        yield warning(function, "runtime", text, "Look it up in the list of runtimes, or use a later queuesmith")
        return
    dates = RUNTIMES[runtime]
    remedy = "Move to a later runtime of the same language"
    if dates.blocked is not None and today >= dates.blocked:
        text = f'{key} is "{runtime}": Lambda has not allowed new functions with it since {dates.blocked}'
        yield error(function, "runtime", text, remedy)
    elif dates.deprecated is not None and today >= dates.deprecated - timedelta(days=limits.RUNTIME_NOTICE_DAYS):
        when = "has been deprecated since" if today >= dates.deprecated else "will be deprecated on"
        yield warning(function, "runtime", f'{key} is "{runtime}", which {when} {dates.deprecated}', remedy)


@rule(
    "QL213",
    "function and role have names that AWS takes",
    limit=(f"function: {limits.FUNCTION_NAME_LENGTH}, A–Z, a–z, 0–9, _ and -; role: {limits.ROLE_NAME_LENGTH}, also + = , . @"),
    reason="Lambda and IAM refuse other names.",
    remedy="Choose another name.",
    source=limits.CREATE_FUNCTION,
    hard=True,
)
def names_are_allowed(pipeline: Pipeline) -> Problems:
    """QL213."""
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
