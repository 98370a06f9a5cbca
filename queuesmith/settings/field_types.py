"""The types of settings' fields. They check the form of a value, not its limits. Numbers and texts can be Terraform tokens.

The message of a type is the end of a sentence: `region is 5, but must be …`. The JSON Schema does not allow tokens: it is for
editors of TOML files, in which there are no tokens.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from queuesmith.rules.limits import Range

_LARGEST_NUMBER_TOKEN = -1e280
LARGEST_NUMBER = 2**53 - 1
"""The largest number that JSON represents exactly."""


@dataclass(frozen=True, eq=False)  # hashed by identity, because Annotated needs hashable metadata
class Shape:
    """The form of a value: the check, its name in docs/settings.md, and the JSON Schema."""

    check: Callable[[object], object]
    name: str
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"$comment": self.name, **self.schema}


def is_token(value: object) -> bool:
    """Whether the value is or contains a token: cdktf's placeholder for a value that is known only after apply.

    Number tokens are floats near -1.9e289, and string tokens contain `${…}`.
    """
    if isinstance(value, float):
        return -math.inf < value < _LARGEST_NUMBER_TOKEN
    return isinstance(value, str) and "${" in value


def _whole_number(value: object) -> object:
    if isinstance(value, int | float) and (is_token(value) or (type(value) is int and 0 <= value <= LARGEST_NUMBER)):
        return value
    maximum = f", and at most {LARGEST_NUMBER:,}" if type(value) is int and value > 0 else ""
    raise PydanticCustomError("whole_number", "a whole number, 0 or more{maximum}", {"maximum": maximum})


def _number_or_false(value: object) -> object:
    try:
        return value if value is False else _whole_number(value)
    except PydanticCustomError:
        raise PydanticCustomError("whole_number", "a whole number, 0 or more, or false to disable the alarm") from None


def _positive_number(value: object) -> object:
    if isinstance(value, int | float) and (is_token(value) or (type(value) in (int, float) and 0 < value <= LARGEST_NUMBER)):
        return value
    raise PydanticCustomError("positive_number", "a number greater than 0")


def _json_table(value: object) -> object:
    if isinstance(value, dict) and _is_json(value):
        return value
    raise PydanticCustomError("json_table", "a table of strings, numbers, booleans, lists and tables")


def _pattern(value: object) -> object:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, dict) and _is_json(value):
        return value
    raise PydanticCustomError("pattern", "a filter pattern: a table, or a JSON string")


def _body(value: object) -> object:
    if (isinstance(value, str) and value) or (isinstance(value, dict) and _is_json(value)):
        return value
    raise PydanticCustomError("body", "a message body: a table, which is sent as JSON, or a non-empty string")


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):  # a TOML date, or a number that JSON lacks
        return False
    return True


def _text(pattern: str, description: str, *, tokens: bool = True) -> Shape:
    """Return the form of a text that matches the whole pattern or, if `tokens`, contains a token."""
    compiled = re.compile(pattern, re.DOTALL | re.ASCII)

    def check(value: object) -> object:
        if isinstance(value, str) and ((tokens and is_token(value)) or compiled.fullmatch(value)):
            return value
        raise PydanticCustomError("text", description)

    return Shape(check, _NOT_THE_NAME.sub("", description), {"type": "string", "pattern": f"^(?:{pattern})$"})


def _arn(service: str, resource: str, resource_name: str) -> Shape:
    """Return the form of an ARN of one service. `resource` is the pattern of the part after the account."""
    example = f"arn:aws:{service}:…"
    return _text(rf"arn:[a-z0-9-]+:{service}:[a-z0-9-]*:(\d{{12}}|aws)?:{resource}", f"the ARN of {resource_name}: {example}")


_NOT_THE_NAME = re.compile(r"^(an?|the) (non-empty )?|( in quotes|: |,? such as ).*$")
"""The parts of a type's description that are not its name."""
_NUMBER = {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER}
_TABLE = {"type": "object"}


def _number(unit: str, allowed: Range | tuple[int, ...] | None = None) -> Shape:
    """Return the form of a whole number, as in `Annotated[int, Seconds(limits.RETENTION)]`.

    `allowed` are the numbers that AWS and the oldest provider accept, regardless of other settings. The rules check them.
    """
    narrowed: dict[str, Any] = {}
    if isinstance(allowed, Range):
        narrowed = {"minimum": allowed.low, "maximum": allowed.high}
    elif allowed is not None:
        narrowed = {"enum": list(allowed)}
    return Shape(_whole_number, f"whole number{f' of {unit}' if unit else ''}", {**_NUMBER, **narrowed})


WholeNumber = partial(_number, "")
Seconds = partial(_number, "seconds")
Days = partial(_number, "days")
Messages = partial(_number, "messages")
Bytes = partial(_number, "bytes")
Megabytes = partial(_number, "MB")
Minutes = partial(_number, "minutes")
Percent = partial(_number, "percent")
Versions = partial(_number, "versions")


def _threshold(unit: str = "") -> Shape:
    schema = {"anyOf": [_NUMBER, {"const": False}]}
    return Shape(_number_or_false, f"whole number{f' of {unit}' if unit else ''}, or `false`", schema)


Threshold = Annotated[int | Literal[False], _threshold()]
MessagesThreshold = Annotated[int | Literal[False], _threshold("messages")]
SecondsThreshold = Annotated[int | Literal[False], _threshold("seconds")]
PercentThreshold = Annotated[int | Literal[False], _threshold("percent")]
_POSITIVE = {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST_NUMBER}
PositiveSeconds = Annotated[float, Shape(_positive_number, "number of seconds greater than 0", _POSITIVE)]
JsonTable = Annotated[dict[str, Any], Shape(_json_table, "table", _TABLE)]
Pattern = Annotated[
    dict[str, Any] | str,
    Shape(_pattern, "filter pattern", {"anyOf": [_TABLE, {"type": "string", "minLength": 1}]}),
]
MessageBody = Annotated[
    dict[str, Any] | str,
    Shape(_body, "message body", {"anyOf": [_TABLE, {"type": "string", "minLength": 1}]}),
]
Text = Annotated[str, _text(r".+", "a non-empty string in quotes")]
Reason = Annotated[str, _text(r".*", "a reason in quotes")]
Name = Annotated[
    str, _text(r"[a-z][a-z0-9-]*", "a name of lowercase letters, digits and hyphens that begins with a letter", tokens=False)
]
UtcTime = Annotated[str, _text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", 'a time in UTC in quotes, such as "2027-01-31T08:00:00Z"')]
TimeZone = Annotated[str, _text(r"[A-Za-z0-9_+/-]{1,50}", 'a time zone of the IANA database, such as "Europe/Berlin"')]
ScheduleGroup = Annotated[str, _text(r"[0-9A-Za-z_.-]{1,64}", "a schedule group name: letters, digits, - _ and .")]
OrganizationId = Annotated[str, _text(r"o-[a-z0-9]{10,32}", 'an organization id, such as "o-a1b2c3d4e5"')]
RolePattern = Annotated[str, _text(r"[A-Za-z0-9+=,.@_/*-]+", "a role name with its path, which can contain *")]
AccountId = Annotated[str, _text(r"\d{12}", "an account id: 12 digits in quotes")]
Operation = Annotated[str, _text(r"[A-Z][A-Za-z]+", 'an API operation, such as "PutItem" or "Decrypt"')]
RelativePath = Annotated[str, _text(r"[^/\\].*", "a path relative to the project's folder")]
NamedFolder = Annotated[
    str,
    _text(
        r"(?:[^/\\].*)?[^./\\]/*",
        'the path of a folder, relative to the project\'s folder, that does not end in . or .., such as "handlers/orders"',
    ),
]
ImageByDigest = Annotated[
    str, _text(r"[^@\s]+@sha256:[0-9a-f]{64}", "an image by digest: NAME@sha256: and 64 hexadecimal digits")
]
QueueArn = Annotated[str, _arn("sqs", r"[A-Za-z0-9_.-]+", "an SQS queue")]
TopicArn = Annotated[str, _arn("sns", r"[A-Za-z0-9_.-]+", "an SNS topic")]
BucketArn = Annotated[str, _arn("s3", r"[a-z0-9.-]+", "an S3 bucket")]
KmsKeyArn = Annotated[str, _arn("kms", r"key/[A-Za-z0-9-]+", "a KMS key")]
KmsKey = Annotated[
    str,
    _text(
        r"alias/aws/sqs|arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+",
        'a KMS key: "alias/aws/sqs" or the ARN of a customer managed key, arn:aws:kms:…',
    ),
]
EnvironmentKey = Annotated[
    str,
    _text(
        r"create|arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+",
        'the KMS key of an environment: "create", or the ARN of a customer managed key, arn:aws:kms:…',
    ),
]
LayerArn = Annotated[str, _arn("lambda", r"layer:[A-Za-z0-9_-]+:\d+", "a Lambda layer with its version")]
SigningConfigurationArn = Annotated[str, _arn("lambda", r"code-signing-config:[a-z0-9-]+", "a code signing configuration")]
PolicyArn = Annotated[str, _arn("iam", r"policy/.+", "an IAM policy")]
RoleArn = Annotated[str, _arn("iam", r"role/.+", "an IAM role")]
PrincipalArn = Annotated[str, _arn("iam", r"(root|role/[^*?]+|user/[^*?]+)", "a role, a user or an account (…:root)")]
SecretArn = Annotated[str, _arn("secretsmanager", r"secret:[^*?\s]+", "a secret")]
SecretName = Annotated[str, _text(r"[A-Za-z0-9/_+=.@-]+", "a secret name: letters, digits and /_+=.@-")]
ParameterArn = Annotated[str, _arn("ssm", r"parameter/[A-Za-z0-9_./-]+", "an SSM parameter")]
ParameterName = Annotated[str, _text(r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", "a parameter name, such as /orders/mail-host")]
KeyPrefix = Annotated[str, _text(r"[^*?/][^*?]*", "a key prefix such as invoices/, without * and ?")]
SubnetId = Annotated[str, _text(r"subnet-[0-9a-f]+", "a subnet id: subnet-…")]
SecurityGroupId = Annotated[str, _text(r"sg-[0-9a-f]+", "a security group id: sg-…")]
RolePath = Annotated[str, _text(r"/([!-.0-~]+/)*", "a path that begins and ends with /")]
AliasName = Annotated[str, _text(r"(?!\d+$)[A-Za-z0-9_-]{1,128}", "a name of letters, digits, - and _ that is not a number")]
PageUrl = Annotated[str, _text(r"https?://[^\s#]{1,500}", "the URL of a page: https://…, without a fragment (#…)")]
DayHours = Annotated[
    str,
    _text(
        r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)",
        'hours of the day in UTC, such as "06:00-22:00"',
        tokens=False,
    ),
]
Email = Annotated[str, _text(r"[^@\s]+@[^@\s]+", "an e-mail address")]
