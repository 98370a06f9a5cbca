import re

from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, amount, error, known, limits, quote
from queuesmith.rules.runtimes import RESERVED_VARIABLES
from queuesmith.rules.secret_values import kind_of_secret

_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")

RULE = Rule(
    "QL202",
    "the environment variables must be ones that Lambda accepts",
    limit=f"{amount(limits.ENVIRONMENT_SIZE)} bytes in all; names match {_VARIABLE.pattern} and are not reserved",
    reason="Otherwise Lambda rejects the function.",
    remedy="Rename the variable. Move large values to SSM Parameter Store or S3.",
    documentation=limits.LAMBDA_VARIABLES,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    variables, key = known(function.environment), function.attribute_path("environment")
    for name in variables:
        if name in RESERVED_VARIABLES:
            text = f"{function.attribute_path(f'environment.{name}')} is a name that Lambda reserves"
            yield error(function, f"environment.{name}", text, "Choose another name")
        elif not _VARIABLE.fullmatch(name):
            what = f"has the name {quote(name)}" if name else "has an empty name"
            text = f"a variable in {key} {what}, but Lambda requires a letter, then at least one letter, digit or underscore"
            yield error(function, _attribute_of(name), text, "Choose another name")
    yield from (value for value in variables.values() if isinstance(value, Unknown))
    size = sum(map(_bytes, variables)) + sum(_bytes(value) for value in variables.values() if isinstance(value, str))
    if size > limits.ENVIRONMENT_SIZE:
        text = f"{key} is {amount(size, 'bytes')}, but at most {amount(limits.ENVIRONMENT_SIZE)} are allowed"
        yield error(function, "environment", text, "Move large values to SSM Parameter Store or S3, and set their names here")


def _attribute_of(name: str) -> str:
    """Return the attribute of a variable. An invalid name is omitted: it can be a secret that was put in the wrong place."""
    may_be_shown = name.isprintable() and kind_of_secret(name) is None
    return f"environment.{name}" if name and may_be_shown else "environment"


def _bytes(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))
