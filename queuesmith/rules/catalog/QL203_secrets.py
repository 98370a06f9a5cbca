import re

from queuesmith.rules.authoring import MaybeUnknown, Part, Pipeline, Problems, Rule, Unknown, error, limits, warning
from queuesmith.rules.secret_values import (
    DIGEST_WORD,
    LONGEST_CHECKED,
    LONGEST_NAME,
    RANDOM_TEXT,
    kind_of_secret,
    looks_secret_by_name,
    without_references,
    words_of,
)

_HARMLESS = re.compile(
    r"arn:.*"  # the ARN of a secret is not secret
    r"|/[\w./-]*|[\w.-]*(?:/[\w.-]*){2,}"  # the path of a parameter, or of a secret
    r"|(?:ssm|secretsmanager|vault|op):.*|alias/.*|.*\$\{.*|\{\{resolve:.*"
    r"|sha\d{1,3}[:-].+"
    r"|[a-z]+://[^@\s]*"
    r"|true|false|yes|no|on|off|none|null|\d{1,5}(?:\.\d+)?"
    r"|\s*",
    re.IGNORECASE | re.DOTALL,
)
"""Values that get no warning although the variable is named like a secret."""

RULE = Rule(
    "QL203",
    "environment variables, tags and descriptions must not contain a secret",
    limit=(
        "no value that looks like a secret according to detect-secrets and some additional patterns (error); no plain-text "
        "value of a variable that is named like a secret, unless it is an ARN or a parameter path (warning)"
    ),
    reason=(
        "These values are in the plan, the state and the console, and every process of the function can read its environment. "
        "No output of queuesmith contains the value."
    ),
    remedy="Store it in Secrets Manager or SSM Parameter Store, give the function its name or ARN, and read it from there.",
    documentation=limits.LAMBDA_VARIABLES,
    severity="error or warning",
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    variables = function.environment
    if isinstance(variables, Unknown):
        yield variables
    else:
        for name, value in variables.items():
            yield from _check_value(function, f"environment.{name}", value)
    for (address, attribute), text in pipeline.texts.items():
        yield from _check_value(Part(address=address, dialect=function.dialect), attribute, text)


def _check_value(part: Part, attribute: str, value: MaybeUnknown[str]) -> Problems:
    key, name = part.attribute_path(attribute), attribute.rsplit(".", 1)[-1]
    remedy = "Store it in Secrets Manager or SSM Parameter Store, and give the function its name or ARN"
    kind = kind_of_secret(without_references(value.text) if isinstance(value, Unknown) else value)
    if kind is not None and not (kind == RANDOM_TEXT and DIGEST_WORD.search(words_of(name[:LONGEST_NAME]))):
        yield error(part, attribute, f"{key} contains what looks like a secret ({kind})", remedy)
    elif not looks_secret_by_name(name):
        return
    elif isinstance(value, Unknown):
        yield value  # usually a reference to a secret that is stored elsewhere, as it should be
    elif not _HARMLESS.fullmatch(value[:LONGEST_CHECKED]):
        yield warning(part, attribute, f"{key} is named like a secret, but its value is plain text", remedy)
