"""Edge cases of QL203: text next to references, long values, and values that are checked without importing detect-secrets."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from time import process_time

import pytest

from queuesmith.rules import Severity, SkippedCheck, Unknown, check_pipeline, secret_values
from queuesmith.rules.catalog import QL203_secrets
from queuesmith.rules.secret_values import kind_of_secret, without_references
from tests.conftest import ROOT
from tests.unit.rules.pipelines import good

SIZE = 300_000
LONGEST = 1.0
"""Seconds of processor time. A pattern that backtracks takes minutes."""
LONG = {
    text: (text * SIZE)[:SIZE]
    for text in ("a", "a.a.a.", "://", " ", "aB3d", "a://a:", "https://a/", "a:a@", "BEGIN ", "${", "}", "?a=", "a\n", "_", "-")
}
BEGINNINGS = (
    "eyJ", "eyJ.", "sk-", "AKIA", "SG.", "xoxb-", "SK", "sq0atp-", "pypi-", "ghp_", "glpat-", "aws", "ibm", "cloudant",
    "softlayer", "hooks.slack.com/services/", "AccountKey=", "bearer ", "basic ", "basic a", "password=", 'password\\\\"',
    "key-", "whsec_", "https://0@", "discord.com/api/webhooks/1/", "arn:aws:", "'", '"', "[", "(", "=", ":", "/",
)  # fmt: skip
"""Prefixes of secrets, in our patterns and in those of detect-secrets. A search can start at each repetition."""
SHORT, FACTOR = 8_192, 8
NOTICEABLE = 0.05
"""Seconds of processor time. Growth below this is ignored."""
PATTERNS: dict[str, Callable[[str], object]] = {
    **{name: re.compile(pattern).search for name, pattern in secret_values._PATTERNS.items()},
    **{name: getattr(secret_values, name).findall for name in ("_URL", "_NAMES_ONLY", "_RANDOM", "_PIECE", "_WORD")},
    "_PLAIN": secret_values._PLAIN.fullmatch,
    "_SECRET_WORD": secret_values._SECRET_WORD.fullmatch,
    "_HARMLESS": QL203_secrets._HARMLESS.fullmatch,
    "kind_of_secret": kind_of_secret,
    "without_references": without_references,
    "looks_secret_by_name": secret_values.looks_secret_by_name,
}
BESIDE = {
    "postgres://u:hunter2pw@${aws_db_instance.a.address}/db": Severity.ERROR,
    "ghp_" + "a1B2c3" * 6 + "${var.a}": Severity.ERROR,
    "postgres://${var.u}:${var.p}@${aws_db_instance.a.address}/db": None,
    "${jsonencode({password = var.p})}": None,
    "https://${aws_apigatewayv2_api.a.id}.execute-api.eu-central-1.amazonaws.com": None,
    "arn:aws:sns:${var.region}:${var.account}:orders": None,
    "": None,
}


@pytest.mark.parametrize("text", BESIDE)
def test_secret_next_to_a_reference_is_found_and_not_shown(text: str) -> None:
    check_result = check_pipeline(good(function={"environment": {"URL": Unknown("the address of the database", text)}}))
    assert [finding.severity for finding in check_result.findings] == [BESIDE[text]] * (BESIDE[text] is not None)
    everything = repr(check_result)
    assert "hunter2pw" not in everything
    assert "a1B2c3" not in everything


def test_unknown_value_with_a_secret_name_is_unknown() -> None:
    check_result = check_pipeline(
        good(function={"environment": {"DB_PASSWORD": Unknown("the password", "${random_password.a.result}")}})
    )
    assert check_result.findings == ()
    assert check_result.skipped[-1] == SkippedCheck("QL203", "orders", "the password")


def test_text_of_an_unknown_value_is_neither_printed_nor_compared() -> None:
    unknown = Unknown("a value", "hunter2")
    assert "hunter2" not in f"{unknown} {unknown!r}"
    assert unknown == Unknown("a value")
    assert hash(unknown) == hash(Unknown("a value"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a${b}c", "a${x}c"),
        ("${a}${b}", "${x}${x}"),
        ('${f({a = "${b}"})}c', "${x}c"),
        ("%{if a}b%{endif}", "${x}b${x}"),
        ("$${a} 5% {b} $", "$${a} 5% {b} $"),
        ("a${b", "a${x}"),
    ],
)
def test_whole_references_are_ignored(text: str, expected: str) -> None:
    assert without_references(text) == expected


@pytest.mark.parametrize("text", LONG, ids=repr)
def test_no_pattern_is_slow_on_a_long_value(text: str) -> None:
    kind_of_secret("ghp_" + "a1B2c3" * 5)  # imports detect-secrets
    for name, match in PATTERNS.items():
        before = process_time()
        match(LONG[text])
        assert process_time() - before < LONGEST, name


@pytest.mark.parametrize("text", BEGINNINGS, ids=repr)
def test_detection_time_grows_linearly_with_the_length_of_the_value(text: str) -> None:
    kind_of_secret("ghp_" + "a1B2c3" * 5)  # imports detect-secrets
    long = (text * SHORT * FACTOR)[: SHORT * FACTOR]
    detectors = (each.analyze_string for each in secret_values._detectors())
    for detector in (secret_values._RANDOM.findall, kind_of_secret.__wrapped__, *detectors):
        seconds = min(_seconds(detector, long) for _ in range(2))
        if seconds > NOTICEABLE:
            ratio = seconds / max(_seconds(detector, long[:SHORT]) for _ in range(2))
            assert ratio < FACTOR * FACTOR / 2, f"{FACTOR} times the length takes {ratio:.0f} times as long"


def _seconds(match: Callable[[str], Iterable[object] | None], text: str) -> float:
    before = process_time()
    list(match(text) or ())
    return process_time() - before


def test_token_with_deeply_nested_json_is_checked() -> None:
    deep = urlsafe_b64encode(b'{"a":' + b"[" * 40_000).decode().rstrip("=")
    assert kind_of_secret(f"{deep}.{deep}"[:60_000]) == "JSON Web Token"


def test_only_the_first_64_kilobytes_are_checked() -> None:
    token = "ghp_" + "a1B2c3" * 6
    assert kind_of_secret(" " * (65_536 - len(token)) + token)
    assert kind_of_secret(" " * 65_536 + token) is None


@pytest.mark.parametrize(
    "value", ["/:_authToken=npm_abc", "//registry.npmjs.org/:_authToken=123e4567-e89b-12d3-a456-426614174000"]
)
def test_npm_token_is_found(value: str) -> None:
    assert kind_of_secret(value) == "NPM tokens"


def test_plain_names_are_checked_without_loading_detect_secrets() -> None:
    program = (
        "import sys; from queuesmith.rules import check_pipeline; from tests.unit.rules.pipelines import good\n"
        "values = ('prod-orders-table-2', 'prod/orders_bucket.v2', '/prod/orders/db', 'orders.fifo', 'INFO', '3600',\n"
        "    'https://sqs.eu-central-1.amazonaws.com/111111111111/prod-orders-2', 'https://api.example.com:8443/v1/orders/',\n"
        "    'arn:aws:secretsmanager:eu-central-1:111111111111:secret:prod/orders/db-a1B2c3')\n"
        "said = check_pipeline(good(function={'environment': {f'A{i}': value for i, value in enumerate(values)}}))\n"
        "print(said.findings, 'detect_secrets' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "() False\n"
