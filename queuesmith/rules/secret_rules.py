"""QL203: no secrets where Terraform's state, its plan and everybody who reads the console would have them.

Whether a value is a secret is judged by detect-secrets, and by what it leaves out. No finding holds a value.
"""

from __future__ import annotations

import re
from base64 import b64decode
from functools import cache, lru_cache
from math import log2
from typing import Any

from queuesmith.rules import limits
from queuesmith.rules.known import Known, Unknown
from queuesmith.rules.pipeline import Part, Pipeline
from queuesmith.rules.queue_rules import BOTH
from queuesmith.rules.rule import Said, error, rule, warning

_SECRET_WORD = re.compile(
    r"\w*(?:password|passwd|passphrase|pwd|secrets?|credentials?|token|apikey)"
    r"|(?:private|api|access|secret|account|signing|encryption|auth|master|shared)_key|connection_string"
)
_ABOUT_A_SECRET = frozenset(
    {
        "algorithm", "alias", "arn", "audience", "bucket", "cache", "count", "date", "days", "digest", "enabled", "endpoint",
        "env", "exp", "expiration", "expires", "expiry", "field", "file", "format", "hash", "header", "host", "hours", "id",
        "ids", "issuer", "kind", "label", "length", "lifetime", "limit", "location", "manager", "max", "min", "minutes",
        "mode", "name", "names", "param", "parameter", "parameters", "path", "paths", "period", "policy", "port", "prefix",
        "provider", "ref", "region", "required", "reset", "rotation", "seconds", "size", "source", "ssm", "store", "suffix",
        "table", "timeout", "topic", "ttl", "type", "uri", "url", "urls", "validity", "variable", "version",
    }
)  # fmt: skip
"""Words that, after the word for a secret, make it something about one: `SECRET_ARN`, `TOKEN_TTL`."""
_DIGEST_WORD = re.compile(r"hash|digest|checksum|sha\d*|md5|etag|fingerprint|version|revision|commit|public|cert")

_HARMLESS = re.compile(
    r"arn:.*"  # names a secret, and is none
    r"|[\w.-]*(?:/[\w.-]*)+"  # the path of a parameter, or of a secret
    r"|(?:ssm|secretsmanager|vault|op):.*|alias/.*|.*\$\{.*|\{\{resolve:.*"
    r"|sha\d{1,3}[:-].+"
    r"|[a-z]+://[^@\s]*"
    r"|true|false|yes|no|on|off|none|null|\d{1,5}(?:\.\d+)?"
    r"|\s*",
    re.IGNORECASE | re.DOTALL,
)
"""Values that are not warned of under the name of a secret."""
_NAMES_ONLY = re.compile(r"arn:aws[\w-]*:[^\s\"',]*|\bsha\d{1,3}[:-][\w+/=]+|\bAQICA[\w+/=]+")
"""What looks random in a text and is no secret: ARNs, digests, and what KMS has encrypted."""
_PLAIN_WORDS = re.compile(r"[A-Za-z]{1,15}(?:[ ._-][A-Za-z]{1,15}){0,5}")
_URL = re.compile(r"[a-z][\w+.-]*://\S*", re.IGNORECASE)
_PATTERNS = {
    "Basic Auth Credentials": r"://[^\s/?#:@]*:(?![${<*%])[^\s/@]+@",
    "Private Key": r"BEGIN [A-Z0-9 ]*PRIVATE KEY",
    "Token": (
        r"\b(?:github_pat_\w{50,}|(?:npm|hf)_[A-Za-z0-9]{30,}|AIza[\w-]{35}|xapp-\d-\w+-\d+-\w+|sk-(?:ant|proj)-[\w-]{20,}"
        r"|[sr]k_test_[A-Za-z0-9]{24,}|hv[sb]\.[\w-]{24,}|dapi[0-9a-f]{32}|dop_v1_[0-9a-f]{64}|shp(?:at|ss|ca|pa)_[0-9a-f]{32}"
        r"|glsa_\w{32,}|NRAK-[A-Z0-9]{27}|ATATT[\w=-]{50,}|\w{14}\.atlasv1\.[\w-]{60,})"
    ),
    "Shared Access Key": (
        r"(?:AccountKey|SharedAccessKey)=[\w+/]{40,}"
        r"|[?&](?:sig|(?:\w+_)?token|api_?key|secret)=[\w%+/=.-]{16,}"
    ),
    "Password": (
        r"(?i)(?:^|[\s;{,\"'?&])(?:password|passwd|pwd|secret|api_?key)(?:=|[\"']\s*:\s*[\"'])"
        r"(?![${<*/]|true|false|none|null)[^\s;,\"'}]{4,}"
    ),
}
"""Secrets that detect-secrets does not know, or only some of, by the kind that is printed."""
_NOT_ASKED = frozenset(
    {
        "Artifactory Credentials",  # any word that begins with APA
        "Base64 High Entropy String",  # ours knows names and digests
        "Basic Auth Credentials",
        "Hex High Entropy String",  # hashes
        "Public IP (ipv4)",
        "Secret Keyword",  # goes by names
    }
)
_RANDOM = re.compile(r"(?<![\w./:+-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w./:+-])")
_WORD = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{5,}")
_WORD_BETWEEN_SEPARATORS = re.compile(r"[A-Z]?[a-z]*\d*|[A-Z]+\d*")
RANDOM_TEXT = "High Entropy String"
HIGH_ENTROPY = 3.8
"""Bits a character, of a text with small and capital letters."""
HIGH_ENTROPY_OF_ONE_CASE = 4.2
"""Bits a character: no hash in hexadecimal digits has more than 4."""
SHORTEST_OF_ONE_CASE = 32
"""Characters: ids such as those of Cognito's clients are shorter."""
SHORTEST_SECRET = 8
"""Characters: what is shorter is no secret by its value alone."""


@rule(
    "QL203",
    "no secret is in an environment variable, a tag or a description",
    limit=(
        "by value, judged by detect-secrets and a few patterns beside it (error); by name alone (warning), unless the value is "
        "an ARN or a parameter path"
    ),
    reason=(
        "What stands there is in the plan, in the state, in the console, and in every process that reads its environment. "
        "No output of queuesmith ever shows the value."
    ),
    remedy="Keep it in Secrets Manager or SSM Parameter Store, give the function its name or ARN, and read it there.",
    source=limits.LAMBDA_VARIABLES,
    severities=BOTH,
)
def no_secrets_in_plain_sight(pipeline: Pipeline) -> Said:
    """QL203."""
    function = pipeline.function
    variables = function.environment
    if isinstance(variables, Unknown):
        yield variables
    else:
        for name, value in variables.items():
            yield from _judged(function, f"environment.{name}", value)
    for (address, attribute), text in pipeline.texts.items():
        yield from _judged(Part(address=address, dialect=function.dialect), attribute, text)


def _judged(part: Part, attribute: str, value: Known[str]) -> Said:
    key, name = part.key(attribute), attribute.rsplit(".", 1)[-1]
    if isinstance(value, Unknown):
        if looks_secret_by_name(name):
            yield value
        return  # mostly a reference to something that is made elsewhere, which is what is wanted
    remedy = "Keep it in Secrets Manager or SSM Parameter Store, and give the function its name or ARN"
    kind = kind_of_secret(value)
    if kind is not None and not (kind == RANDOM_TEXT and _DIGEST_WORD.search(_words(name))):
        yield error(part, attribute, f"{key} holds what looks like a secret ({kind})", remedy)
    elif looks_secret_by_name(name) and not _HARMLESS.fullmatch(value):
        yield warning(part, attribute, f"{key} has the name of a secret, and a plain value", remedy)


def _words(name: str) -> str:
    """A name in small letters, with an underscore between its words."""
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower()


def looks_secret_by_name(name: str) -> bool:
    """Whether a variable's name says that its value is a secret: `DB_PASSWORD`, `apiKey`, but not `SECRET_ARN`."""
    words = _words(name).split("_")
    for index, word in enumerate(words):
        if _SECRET_WORD.fullmatch(word) or _SECRET_WORD.fullmatch("_".join(words[index : index + 2])):
            return not _ABOUT_A_SECRET.intersection(words[index + 1 :])
    return False


@lru_cache(maxsize=4096)
def kind_of_secret(value: str) -> str | None:
    """What kind of secret a value is; None where it looks like none."""
    if len(value) < SHORTEST_SECRET or _PLAIN_WORDS.fullmatch(value):
        return None  # so that most workers do without loading detect-secrets
    text = _NAMES_ONLY.sub(" ", value)
    for name, pattern in _PATTERNS.items():
        if re.search(pattern, text):
            return name
    for detector in _detectors():
        if any(True for _ in detector.analyze_string(text)):
            return str(detector.secret_type)
    return RANDOM_TEXT if any(map(_is_random, _RANDOM.findall(_URL.sub(" ", text)))) else None


def _is_random(text: str) -> bool:
    """Whether a word is neither made of words, nor a hash, nor readable text in Base64."""
    if not re.search(r"\d", text) or _is_encoded_text(text):
        return False
    if text in (text.lower(), text.upper()):
        long = len(text) >= SHORTEST_OF_ONE_CASE and text.rstrip("=").isalnum()
        return long and _entropy(text) > HIGH_ENTROPY_OF_ONE_CASE
    parts = re.split(r"[-_/]", text)
    readable = sum(
        len(part) if _WORD_BETWEEN_SEPARATORS.fullmatch(part) else sum(map(len, _WORD.findall(part))) for part in parts
    )
    return readable < len(text) / 2 and _entropy(text) > HIGH_ENTROPY


def _is_encoded_text(text: str) -> bool:
    try:
        decoded = b64decode(text, validate=True).decode()
    except ValueError:
        return False
    return decoded.isprintable() and kind_of_secret(decoded) is None


def _entropy(text: str) -> float:
    """Bits a character."""
    return -sum(share * log2(share) for share in (text.count(char) / len(text) for char in set(text)))


@cache
def _detectors() -> tuple[Any, ...]:
    """The detectors of detect-secrets that judge by a pattern."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    classes: dict[str, Any] = dict(get_mapping_from_secret_type_to_class())
    return tuple(kind() for name, kind in sorted(classes.items()) if name not in _NOT_ASKED)
