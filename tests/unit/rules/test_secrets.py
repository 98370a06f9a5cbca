"""QL203: which values are secrets, which are not, and that no finding ever shows a secret."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import astuple

import pytest

from queuesmith.rules import Severity, check_pipeline
from queuesmith.rules.secret_values import kind_of_secret, looks_secret_by_name
from tests.unit.rules.pipelines import good

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def random_bytes(seed: int, size: int) -> bytes:
    """Pseudorandom bytes, the same in each run."""
    return hashlib.shake_256(str(seed).encode()).digest(size)


SECRETS = {
    "GitHub token": "ghp_" + "aB3dE6" * 6,
    "fine-grained GitHub token": "github_pat_" + "aB3dE6gH" * 8,
    "AWS access key": "AKIAIOSFODNN7EXAMPLE",
    "AWS secret key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "URL": "postgres://user:pw@db.example.com:5432/orders",
    "URL without a user": "rediss://:hunter2@cache.example.com:6379",
    "URL with a token": "https://api.example.com/v1?access_token=8f14e45fceea167a5a36dedd4bea2543",
    "random bytes": base64.b64encode(random_bytes(1, 32)).decode(),
    "random bytes for URLs": base64.urlsafe_b64encode(random_bytes(1, 32)).decode(),
    "random letters": "".join(LETTERS[byte % 36] for byte in random_bytes(2, 52)),
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA",
    "encrypted private key": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE",
    "JSON": '{"host": "db.example.com", "password": "hunter2"}',
    "connection string": "Server=db;Database=orders;User Id=app;Password=hunter2;",
    "storage account": f"DefaultEndpointsProtocol=https;AccountName=orders;AccountKey={'a1B2c3D4' * 11};",
    "Slack webhook": "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "JSON in JSON": json.dumps({"db": json.dumps({"db": json.dumps({"password": "hunter2"})})}),
    "JSON with a longer key": '{"db_password": "hunter2"}',
    "variable in a line": "DB_PASS=hunter2 node index.js",
    "basic authentication": "Basic " + base64.b64encode(b"user:hunter2").decode(),
    "bearer token": "Authorization: Bearer 8f14e45fceea167a5a36dedd4bea2543",
    "Sentry DSN": "https://8f14e45fceea167a5a36dedd4bea2543@o447951.ingest.sentry.io/4505",
    "Discord webhook": "https://discord.com/api/webhooks/112233445566778899/" + "aB3-E_" * 11,
    "Teams webhook": "https://example.webhook.office.com/webhookb2/8f14e45f-ceea-467a-9a36-dedd4bea2543@8f14e45f/IncomingWebhook/a",
    "Mailgun key": "key-8f14e45fceea167a5a36dedd4bea2543",
    "new Mailgun key": "8f14e45fceea167a5a36dedd4bea2543-0123abcd-4567ef89",
    "OpenAI key": "sk-" + "aB3dE6gH9j" * 2 + "T3BlbkFJ" + "aB3dE6gH9j" * 2,
    "Stripe key": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "in Base64": base64.b64encode(b"postgres://user:hunter2@db.example.com/orders").decode(),
}
NO_SECRETS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC",
    "111111111111.dkr.ecr.eu-central-1.amazonaws.com/orders@sha256:" + "0f" * 32,
    "d41d8cd98f00b204e9800998ecf8427e",
    "arn:aws:secretsmanager:eu-central-1:111111111111:secret:prod/orders/db-a1B2c3",
    '["arn:aws:sns:eu-central-1:111111111111:orders-notifications-for-production", "b"]',
    "/prod/orders/db/password",
    "prod/OrderService2/DatabaseConnection",
    "123e4567-e89b-12d3-a456-426614174000",
    "https://sqs.eu-central-1.amazonaws.com/111111111111/orders",
    "https://d1a2b3c4.execute-api.eu-central-1.amazonaws.com/prod/v1?limit=100",
    "postgres://db.example.com:5432/orders",
    "postgres://${user}:${password}@db.example.com/orders",
    "/opt/python/lib/python3.13/site-packages/orders/configuration/Production2.yaml",
    "s3://orders-artifacts/Releases2026/OrderProcessing0123456789.zip",
    "com.example.orders.OrderProcessingHandler",
    "com.example.orders.OrderProcessingHandler2::handleRequest",
    "OrderProcessingHandlerV2ForEuCentral1Production",
    "orders.processing.v2.created",
    "prod-orders-table-eu-central-1",
    "Dev-Api-Order-Sync-Job-2026-v3",
    "subnet-0abc1234def567890,subnet-0abc1234def567891",
    "kafka-1.example.com:9092,kafka-2.example.com:9092",
    "eu-central-1_AbCdEfGhI",
    "1example23456789abcdefghij",
    "-XX:+TieredCompilation -XX:TieredStopAtLevel=1",
    "aGVsbG8gd29ybGQ=",
    "dGhpcyBpcyBub3RoaW5nIGJ1dCB0ZXh0IDEyMw==",
    "AQICAHhZ" + "a1B2c3D4" * 8,
    "APACHEKAFKA1",
    "2026-11-23T10:00:00.000Z",
    "INFO",
    "DEBUG",
    '{"a": 1}',
    '{"secret_arn": "arn:aws:secretsmanager:eu-central-1:111111111111:secret:db"}',
    "secret=true",
    "reset_password=enabled,login=on",
    "bypass=admins,compass=north",
    '{"db_password": "prod/orders/db/password"}',
    "Basic authentication and Bearer tokens",
    "Basic aGVsbG8gd29ybGQ=",
    "https://o447951.ingest.sentry.io/4505",
    "https://discord.com/api/webhooks/",
    "Works off orders. The password: see the wiki",
    "3600",
    "",
)
FINE = {
    "TABLE_NAME": "prod-orders-table-eu-central-1",
    "SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:111111111111:secret:prod/orders/db-a1B2c3",
    "DB_SECRET": "arn:aws:secretsmanager:eu-central-1:111111111111:secret:prod/orders/db-a1B2c3",
    "DB_PASSWORD": "/prod/orders/db/password",
    "TOKEN_TTL": "3600",
    "PASSWORD_PARAMETER": "/prod/db/password",
    "API_KEY": "{{resolve:secretsmanager:orders:SecretString:key}}",
    "AUTH_TOKEN": "https://auth.example.com/token",
    "ENCRYPTION_KEY": "alias/orders",
    "ACCESS_TOKEN": "",
    "DB_PASS": "prod/orders/db",
    "SMTP_PASS": "/prod/smtp",
    "BYPASS": "admins",
    "USE_TOKEN": "true",
    "LOG_LEVEL": "INFO",
    "CODE_HASH": "jGl25bVBBBW96Qi9Te4V37Fnqchz/Eu4qB9vKrRIqRg=",
    "PUBLIC_KEY": "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo",
}
NAMES_OF_SECRETS = (
    "DB_PASSWORD PGPASSWORD db-password apiKey APIKey API_KEY GITHUB_TOKEN clientSecret DBPassword STRIPE_SECRET_KEY "
    "DB_PASS SMTP_PASS PASS dbPass mysqlpass DB_PASSWD DB_PWD KEY_PASSPHRASE "
    "DB_PASSWORD_PROD SECRET_1 PRIVATE_KEY AWS_SECRET_ACCESS_KEY CONNECTION_STRING Credentials passphrase"
)
OTHER_NAMES = (
    "SECRET_ARN SECRET_ID TOKEN_TTL tokenTtlSeconds PASSWORD_PARAMETER PASSWORD_MIN_LENGTH API_KEY_PARAMETER_NAME TABLE_NAME "
    "PARTITION_KEY OBJECT_KEY KMS_KEY PUBLIC_KEY ACCESS_KEY_ID MAX_TOKENS TOKENIZER SECRETARY COMPASS AUTHOR TOKEN_URL "
    "SECRETS_MANAGER_ENDPOINT PASSWORD_FILE BYPASS BY_PASS BYPASS_CACHE "
    "ENCOMPASS UNDERPASS PASS_THROUGH PASS_COUNT PASSIVE PASSED "
    "FIRST_PASS BOARDING_PASS DB_PASS_FILE PASSENGER"
)


@pytest.mark.parametrize("name", SECRETS)
def test_secret_is_an_error_under_any_name_and_is_not_shown(name: str) -> None:
    value = SECRETS[name]
    pipeline = good(function={"environment": {"PLAIN": value}}, texts={("", "tags.Plain"): value})
    findings = check_pipeline(pipeline).findings
    ours = [finding for finding in findings if finding.rule == "QL203"]
    assert [finding.severity for finding in ours] == [Severity.ERROR] * 2
    assert [finding.attribute for finding in ours] == ["function.environment.PLAIN", "tags.Plain"]
    hidden = [value, *(part for part in value.replace("@", ":").replace('"', ":").split(":") if part in ("pw", "hunter2"))]
    for finding in findings:
        assert not [secret for secret in hidden if secret in " ".join(map(str, astuple(finding)))]


@pytest.mark.parametrize("name", ["DB_PASSWORD", "DB_PASS", "apiKey", "DD_API_KEY"])
@pytest.mark.parametrize(
    "value", ["hunter2", "correct horse battery staple", "d41d8cd98f00b204e9800998ecf8427e", "12345678", "Kx9/2mQpLw"]
)
def test_plain_value_with_a_secret_name_is_a_warning_and_is_not_shown(name: str, value: str) -> None:
    (finding,) = check_pipeline(good(function={"environment": {name: value}})).findings
    assert (finding.rule, finding.severity) == ("QL203", Severity.WARNING)
    assert value not in " ".join(map(str, astuple(finding)))


@pytest.mark.parametrize("value", NO_SECRETS)
def test_values_that_only_look_random_are_not_secrets(value: str) -> None:
    assert kind_of_secret(value) is None
    assert check_pipeline(good(function={"environment": {"PLAIN": value}})).findings == ()


@pytest.mark.parametrize("name", FINE)
def test_references_to_secrets_and_their_metadata_are_accepted(name: str) -> None:
    assert check_pipeline(good(function={"environment": {name: FINE[name]}})).findings == ()


def test_variable_names_are_split_into_words() -> None:
    assert [name for name in NAMES_OF_SECRETS.split() if not looks_secret_by_name(name)] == []
    assert [name for name in OTHER_NAMES.split() if looks_secret_by_name(name)] == []


def test_random_keys_are_found_and_hashes_are_not() -> None:
    keys = [base64.b64encode(random_bytes(seed, 30)).decode() for seed in range(300)]
    assert sum(kind_of_secret(key) is None for key in keys) <= 9
    digests = [random_bytes(seed, size).hex() for seed in range(50) for size in (16, 20, 32, 64)]
    assert [digest for digest in digests if kind_of_secret(digest)] == []
