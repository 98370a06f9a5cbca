"""Detects secrets by value, with detect-secrets and patterns that it lacks, and by the name of the variable.

Only the first 64 KB of a value are read, and each pattern takes time proportional to the length of the text.
"""

from __future__ import annotations

import re
from base64 import b64decode
from functools import cache, lru_cache
from math import log2
from typing import Any

_SECRET_WORD = re.compile(
    r"\w*(?:password|passwd|passphrase|passcode|pwd|secrets?|credentials?|token|apikey)"
    r"|(?:private|api|access|secret|account|signing|encryption|auth|master|shared)_key|connection_string"
)
_PASS = re.compile(r"(?!\w*(?:by|com|high|low|multi|over|sur|tres|under)pass)\w*pass")
"""The last word of a name that ends in `pass`, such as `DB_PASS` or `smtppass`, apart from words of other meanings."""
_NO_PASSWORD = frozenset({"all", "boarding", "by", "first", "last", "multi", "one", "second", "season", "single", "two"})
"""Words before `pass` that do not mean a password."""
_PROPERTIES_OF_SECRETS = frozenset(
    {
        "algorithm", "alias", "arn", "audience", "bucket", "cache", "count", "date", "days", "digest", "enabled", "endpoint",
        "env", "exp", "expiration", "expires", "expiry", "field", "file", "format", "hash", "header", "host", "hours", "id",
        "ids", "issuer", "kind", "label", "length", "lifetime", "limit", "location", "manager", "max", "min", "minutes",
        "mode", "name", "names", "param", "parameter", "parameters", "path", "paths", "period", "policy", "port", "prefix",
        "provider", "ref", "region", "required", "reset", "rotation", "seconds", "size", "source", "ssm", "store", "suffix",
        "table", "timeout", "topic", "ttl", "type", "uri", "url", "urls", "validity", "variable", "version",
    }
)  # fmt: skip
"""Words that after the word for a secret mean a property of the secret: `SECRET_ARN`, `TOKEN_TTL`."""
DIGEST_WORD = re.compile(r"hash|digest|checksum|sha\d*|md5|etag|fingerprint|version|revision|commit|public|cert")

_NAMES_ONLY = re.compile(r"arn:aws[\w-]*:[^\s\"',]*|\bsha\d{1,3}[:-][\w+/=]+|\bAQICA[\w+/=]+")
"""Texts that look random and are not secret: ARNs, digests, and KMS ciphertexts."""
_WORDS = r"(?:[A-Za-z]{1,15}\d{0,3}|\d{1,%d})(?:[ ._/-]+(?:[A-Za-z]{1,15}\d{0,3}|\d{1,%d}))*"
_PLAIN = re.compile(
    rf"/?{_WORDS % (5, 5)}/?"  # a name or a path: prod-orders-table-2
    rf"|[A-Za-z][A-Za-z0-9+.-]{{0,15}}://[A-Za-z0-9.-]+(?::\d{{1,5}})?(?:/(?:{_WORDS % (12, 12)})?/?)?"
)
"""Texts that are clearly not secret. Most workers have only these, so detect-secrets is not loaded for them."""
_URL = re.compile(r"(?<![\w+.-])[a-z][\w+.-]*://\S*", re.IGNORECASE)
_BASIC = re.compile(r"\bbasic\s{1,4}([A-Za-z0-9+/]{8,}={0,2})", re.IGNORECASE)
"""A header for basic authentication. The group must then decode to a user name and a password."""
_PATTERNS = {
    "Basic Auth Credentials": r"://[^\s/?#:@]*:(?![${<*%])[^\s/@]+@",
    "Bearer Token": r"(?i)\bbearer\s{1,4}(?=[\w.~+/-]*\d)[\w.~+/-]{16,}",
    "JSON Web Token": r"(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}",
    "OpenAI Token": r"\bsk-[\w-]{20,100}T3BlbkFJ[A-Za-z0-9]{20}",
    "Sentry DSN": r"://[0-9a-f]{32}@[\w.-]+/\d",
    "Webhook": (
        r"discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{5,25}/[\w-]{30,}|webhook\.office\.com/webhookb2/[\w@-]{30,}"
    ),
    "Private Key": r"BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY",
    "Token": (
        r"\b(?:github_pat_\w{50,}|(?:npm|hf)_[A-Za-z0-9]{30,}|AIza[\w-]{35}|xapp-\d-\w+-\d+-\w+|sk-(?:ant|proj)-[\w-]{20,}"
        r"|[sr]k_test_[A-Za-z0-9]{24,}|hv[sb]\.[\w-]{24,}|dapi[0-9a-f]{32}|dop_v1_[0-9a-f]{64}|shp(?:at|ss|ca|pa)_[0-9a-f]{32}"
        r"|whsec_[\w+/]{24,}|xkeysib-[0-9a-f]{64}|key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}"
        r"|glsa_\w{32,}|NRAK-[A-Z0-9]{27}|ATATT[\w=-]{50,}|\w{14}\.atlasv1\.[\w-]{60,})"
    ),
    "NPM tokens": r"/:_authToken=\s*(?:npm_\w|[A-Fa-f0-9-]{36})",
    "Shared Access Key": (
        r"(?:AccountKey|SharedAccessKey)=[\w+/]{40,}"
        r"|[?&](?:sig|(?:\w+_)?token|api_?key|secret)=[\w%+/=.-]{16,}"
    ),
    "Password": (
        r"(?i)(?:^|[\s;{,\"'?&])(?:[\w-]{0,40}(?:password|passwd|passphrase|pwd|(?<![a-z])pass)|secret|api_?key)"
        r"(?:=|\\{0,15}[\"']\s*:\s*\\{0,15}[\"'])"
        r"(?![${<*/]|true|false|none|null|enabled|disabled|required|optional|[\w.-]*/[\w.-]*/)[^\s;,\"'}\\]{4,}"
    ),
}
"""Secrets that detect-secrets does not detect, or detects only in part. The keys are the kinds that messages print."""
_EXCLUDED_DETECTORS = frozenset(
    {
        "Artifactory Credentials",  # any word that begins with APA
        "Base64 High Entropy String",  # ours recognizes names and digests
        "Basic Auth Credentials",
        "Hex High Entropy String",  # hashes
        "JSON Web Token",  # theirs is quadratic
        "NPM tokens",  # theirs is quadratic
        "OpenAI Token",  # theirs is quadratic
        "Public IP (ipv4)",
        "Secret Keyword",  # it looks at names, not values
    }
)
_RANDOM = re.compile(r"(?<![\w./:+-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w./:+-])")
_WORD = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{5,}")
_WORD_BETWEEN_SEPARATORS = re.compile(r"[A-Z]?[a-z]*\d*|[A-Z]+\d*")
_PIECE = re.compile(r"\$\$\{|%%\{|[$%]\{|[{}]|[^${}%]+|[$%]")
"""The tokens of a text with references. `$${` is an escaped `${`."""
RANDOM_TEXT = "High Entropy String"
HIGH_ENTROPY = 3.8
"""Bits per character, for a text with upper and lower case."""
HIGH_ENTROPY_OF_ONE_CASE = 4.2
"""Bits per character. A hash in hexadecimal digits has at most 4."""
SHORTEST_OF_ONE_CASE = 32
"""Characters. Ids such as those of Cognito's clients are shorter."""
LONGEST_NAME = 1_024
"""Characters. The rest of a longer name is ignored."""
LONGEST_CHECKED = 65_536
"""Characters. The rest of a longer value is ignored."""
SHORTEST_SECRET = 8
"""Characters. A shorter value is not taken for a secret because of the value itself."""


def words_of(name: str) -> str:
    """Return a name in lower case, with underscores between its words."""
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower()


def looks_secret_by_name(name: str) -> bool:
    """Whether a variable's name says that its value is a secret: `DB_PASSWORD`, `apiKey`, but not `SECRET_ARN`."""
    words = words_of(name[:LONGEST_NAME]).split("_")
    for index, word in enumerate(words):
        if _SECRET_WORD.fullmatch(word) or _SECRET_WORD.fullmatch("_".join(words[index : index + 2])):
            return not _PROPERTIES_OF_SECRETS.intersection(words[index + 1 :])
    *before, last = words
    return _PASS.fullmatch(last) is not None and not (last == "pass" and before and before[-1] in _NO_PASSWORD)


@lru_cache(maxsize=4096)
def kind_of_secret(value: str) -> str | None:
    """Return the kind of secret that a value looks like, or None."""
    value = value[:LONGEST_CHECKED]
    if len(value) < SHORTEST_SECRET or _PLAIN.fullmatch(value):
        return None
    text = _NAMES_ONLY.sub(" ", value)
    if not text.strip():
        return None
    for name, pattern in _PATTERNS.items():
        if re.search(pattern, text):
            return name
    if any(map(_is_user_and_password, _BASIC.findall(text))):
        return "Basic Auth Credentials"
    for detector in _detectors():
        if any(True for _ in detector.analyze_string(text)):
            return str(detector.secret_type)
    return RANDOM_TEXT if any(map(_is_random, _RANDOM.findall(_URL.sub(" ", text)))) else None


def without_references(text: str) -> str:
    """Return the text with each reference replaced by `${x}`, nested references included."""
    left: list[str] = []
    depth = 0
    for piece in _PIECE.findall(text[:LONGEST_CHECKED]):
        if piece in ("${", "%{"):
            left.extend(["${x}"] * (depth == 0))
            depth += 1
        elif depth == 0:
            left.append(piece)
        else:
            depth += {"{": 1, "}": -1}.get(piece, 0)
    return "".join(left)


def _is_random(text: str) -> bool:
    """Whether a text looks random: it does not consist of words and is neither a hash nor readable text in Base64."""
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


def _is_user_and_password(text: str) -> bool:
    """Whether a Base64 text decodes to `user:password`."""
    try:
        return ":" in b64decode(text, validate=True).decode()
    except ValueError:
        return False


def _is_encoded_text(text: str) -> bool:
    try:
        decoded = b64decode(text, validate=True).decode()
    except ValueError:
        return False
    return decoded.isprintable() and kind_of_secret(decoded) is None


def _entropy(text: str) -> float:
    """Return the Shannon entropy in bits per character."""
    return -sum(share * log2(share) for share in (text.count(char) / len(text) for char in set(text)))


@cache
def _detectors() -> tuple[Any, ...]:
    """Return the detectors of detect-secrets that use a pattern."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    classes: dict[str, Any] = dict(get_mapping_from_secret_type_to_class())
    return tuple(kind() for name, kind in sorted(classes.items()) if name not in _EXCLUDED_DETECTORS)
