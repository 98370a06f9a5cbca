"""Secrets are read by ARN while the worker runs, cached, and never written to any output."""

from __future__ import annotations

import json
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities import parameters

from queuesmith_worker import HandlerSettings, NonRetryable, Secret, logger, note
from queuesmith_worker.outcomes import SettingsError
from queuesmith_worker.redaction import mask_text, register_secret
from queuesmith_worker.testing import DLQ_URL
from queuesmith_worker.testing.events import REGION
from tests.unit.handler.world import Job, Run, body, record

PROVIDERS: dict[str, Any] = vars(import_module("aws_lambda_powertools.utilities.parameters.base"))["DEFAULT_PROVIDERS"]
MAIL = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/mail"
VALUE = 'pä$$ "w\\rd"/+='


class Vault:
    """Both services, below Powertools' own providers. No request leaves the process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.value = VALUE
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        for service, name, provider in (
            ("secretsmanager", "secrets", parameters.SecretsProvider),
            ("ssm", "ssm", parameters.SSMProvider),
        ):
            arguments = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
            client = boto3.client(service, region_name=REGION, **arguments)  # type: ignore[call-overload]
            client.meta.events.register("before-call", self._answer)
            monkeypatch.setitem(PROVIDERS, name, provider(boto3_client=client))

    def _answer(self, params: dict[str, Any], **_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        self.asked.append(json.loads(params["body"]))
        http = SimpleNamespace(status_code=self.status)
        if self.status != 200:
            return http, {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        return http, {"SecretString": self.value, "Parameter": {"Value": self.value}}


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    return Vault(monkeypatch)


@pytest.mark.parametrize(
    ("arn", "request_"),
    [(MAIL, {"SecretId": MAIL}), (PARAMETER, {"Name": PARAMETER, "WithDecryption": True})],
)
def test_value_is_read_by_arn_and_cached(vault: Vault, arn: str, request_: dict[str, Any]) -> None:
    secret = Secret(arn)
    assert [secret.value, secret.value, Secret(arn).value] == [VALUE] * 3
    assert vault.asked == [request_]


def test_value_is_read_again_after_its_maximum_age(vault: Vault) -> None:
    secret = Secret(MAIL, max_age=0)
    assert secret.value == VALUE
    vault.value = "rotated"
    assert secret.value == "rotated"


def test_secret_field_reads_the_variable_with_its_arn(vault: Vault) -> None:
    class Mailer(HandlerSettings):
        mail_password: Secret

    settings = Mailer.from_environment({"MAIL_PASSWORD": MAIL})
    assert settings.mail_password.value == VALUE
    assert VALUE not in repr(settings)
    with pytest.raises(SettingsError, match="the environment variable MAIL_PASSWORD is not set"):
        Mailer.from_environment({})
    with pytest.raises(SettingsError) as error:
        Mailer.from_environment({"MAIL_PASSWORD": "arn:aws:s3:::bucket"})
    assert str(error.value) == (
        "the environment variable MAIL_PASSWORD does not contain the ARN of a secret in Secrets Manager or of a "
        "parameter in the SSM Parameter Store"
    ), "and not what it holds: that may be the secret itself"


def test_secret_is_in_no_error_reason_or_log_line(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    def handle(job: Job) -> None:
        value = Secret(MAIL).value
        logger.warning(f"as {value}", password=value, nested={"list": [value]}, shown=repr(value))
        logger.info("sent %s", value)
        if job.kind == "never":
            raise NonRetryable(f"login with {value} was refused")
        try:
            int(f"inner {value}")
        except ValueError as error:
            raise RuntimeError(f"https://user:{value}@host", {"password": value}) from error

    run = Run(handle, HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL}))
    assert run(record("a", body("a", "fails")), record("b", body("b", "never"))) == ["a"]
    printed, sent = capsys.readouterr().out, json.dumps(run.sqs.requests, ensure_ascii=False)
    log = run.log.getvalue()
    for trace in forms(VALUE):
        assert trace not in log + printed + sent, trace
    assert log.count("***") >= 10
    assert "login with *** was refused" in sent
    assert [json.loads(line)["message"] for line in log.splitlines()][:2] == ["as ***", "sent ***"]


def forms(value: str) -> list[str]:
    """The value as it appears in text, JSON and Python's repr, and those forms inside JSON."""
    plain = [value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]]
    return [*plain, *(json.dumps(form, ensure_ascii=False)[1:-1] for form in plain)]


def test_text_is_not_masked_if_no_secret_was_read() -> None:
    """Proves that only the masking keeps the value out of the output of the test above."""

    def handle(_: Job) -> None:
        raise RuntimeError(VALUE)

    run = Run(handle)
    run(record("a"))
    assert VALUE in run.lines()[0]["reason"]


@pytest.mark.parametrize(
    ("value", "text", "masked"),
    [
        ("hunter22", "pw=hunter22;", "pw=***;"),
        ('{"user": "u-name", "password": "hunter22", "ports": [54321]}', "u-name hunter22 54321", "*** *** ***"),
        ('{"user": "ab", "ok": true, "ssl": "true"}', "ab true", "ab true"),
        (
            '{"host": "db-1", "port": 5432, "username": "admin", "password": "hunter22"}',
            "admin@db-1 hunter22",
            "admin@db-1 ***",
        ),
        ("pa'ss-word", repr({"x": 'said "pa\'ss-word"'}), "{'x': 'said \"***\"'}"),
        ("pa'ss-word", repr([repr("pa'ss-word")]), "['\"***\"']"),
        ("-----BEGIN KEY-----\nMIIEvQ\n-----END KEY-----\n", "line MIIEvQ here", "line *** here"),
        ("a b&c/d", "?q=a%20b%26c%2Fd", "?q=***"),
        ("a b&c/d", "?q=a+b%26c%2Fd", "?q=***"),
        ("abc", "abc", "abc"),
        ("abcd", "abcd abcdef", "*** ***ef"),
    ],
)
def test_secret_value_and_its_parts_are_masked(value: str, text: str, masked: str) -> None:
    register_secret(value)
    assert mask_text(text) == masked


def test_the_longer_of_two_values_is_masked_first() -> None:
    register_secret("pass")
    register_secret("password-1")
    assert mask_text("password-1") == "***"


def test_values_that_threads_read_simultaneously_are_all_masked() -> None:
    values = [f"value-{number:04}" for number in range(500)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(register_secret, values))
    finally:
        sys.setswitchinterval(before)
    assert set(mask_text(" ".join(values)).split()) == {"***"}


def test_message_is_returned_if_a_secret_cannot_be_read(vault: Vault) -> None:
    vault.status = 400
    run = Run(lambda _: logger.info(Secret(MAIL, max_age=0).value))
    assert run(record("a")) == ["a"]
    assert run.lines()[0]["reason"].startswith("GetParameterError: ")


def test_binary_secret_is_decoded_if_it_is_text(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameters, "get_secret", lambda *_, **__: b"bytes")
    assert Secret(MAIL).value == "bytes"


def test_masked_lines_stay_json_with_their_keys() -> None:
    register_secret(json.dumps({"a": "testing", "b": 5432, "c": "orders", "d": "m-5432", "e": "INFO", "pin": 54321}))
    run = Run(lambda _: note(total=54321, ok=True, text="orders 54321", pairs={("a", "b"): {"orders"}}))
    run(record("m-5432"))
    (line,) = run.lines()
    about = tuple(line[key] for key in ("message_id", "queue", "function_name", "level"))
    assert about == ("m-5432", "orders", "testing", "INFO")
    assert (line["total"], line["ok"], line["text"]) == ("***", True, "*** ***")
    assert line["pairs"] == {"('a', 'b')": ["***"]}


class Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("arguments", [("login hunter22 %s with %s", "hunter22"), ("login %d", "hunter22")])
def test_line_that_cannot_be_formatted_is_written_masked(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(logger.name), "propagate", False)  # pytest's own handler raises
    register_secret("hunter22")
    text, *values = arguments
    run = Run(lambda _: logger.warning(text, *values))
    assert run(record("a")) == []
    captured = capsys.readouterr()
    assert "hunter22" not in captured.out + captured.err + run.log.getvalue()
    first, second = run.lines()
    assert (first["level"], first["message_id"], first["formatting_error"]) == ("WARN", "a", "TypeError")
    assert second["message"] == "message processed"


def test_extra_value_that_json_does_not_support_is_written_as_text() -> None:
    run = Run(lambda _: note(pairs={("a", 1): 2}, thing=Unspeakable()))
    assert run(record("a")) == []
    (line,) = run.lines()
    assert (line["pairs"], line["thing"]) == ({"('a', 1)": 2}, "a Unspeakable whose text is not available")
