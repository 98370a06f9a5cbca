"""Who can access the emulator, and what other callers get."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from queuesmith.local.emulator_access import randomize_function_keys, require_known_key

ROOT = "LOCAL0123"
JSON = b'{"__type": "InvalidClientTokenId", "message": "The security token included in the request is invalid."}'


@pytest.fixture
def emulator() -> SimpleNamespace:
    """A guarded application. It answers everything with 200, and knows one user's key and one role's key."""

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    emulator = SimpleNamespace(
        app=answer,
        extract_access_key_id=lambda headers, query: headers.get("key") or query.get("key", [""])[0],
        is_root_access_key=lambda key: key in ("", "test"),
        find_iam_access_key_account={"AKIAUSER": "000000000000"}.get,
    )
    require_known_key(ROOT, emulator, emulator, {"ASIAROLE": {}})
    return emulator


def answers(emulator: SimpleNamespace, path: str, headers: dict[str, str], kind: str = "http", query: str = "") -> list[Any]:
    """The messages that the application sends."""
    scope = {
        "type": kind,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    given = iter([{"body": b"part", "more_body": True}, {"body": b"rest"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(given)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(emulator.app(scope, receive, send))
    assert sent[0].get("status") == 200 or kind != "http" or next(given, None) is None  # a request is read completely
    return sent


@pytest.mark.parametrize("key", [ROOT, "AKIAUSER", "ASIAROLE"])
def test_request_with_a_valid_key_is_accepted(emulator: SimpleNamespace, key: str) -> None:
    assert answers(emulator, "/", {"key": key})[0]["status"] == 200
    assert answers(emulator, "/", {}, query=f"key={key}")[0]["status"] == 200


@pytest.mark.parametrize("key", ["", "test", "000000000000", "LOCAL0124", "AKIAOTHER", "l\u00f6cal"])
@pytest.mark.parametrize("path", ["/", "/_ministack/reset", "/health"])
def test_request_without_a_valid_key_is_refused(emulator: SimpleNamespace, path: str, key: str) -> None:
    start, body = answers(emulator, path, {"key": key})
    assert (start["status"], body["body"]) == (403, JSON)


@pytest.mark.parametrize(("key", "status"), [(ROOT, 200), ("AKIAUSER", 403), ("ASIAROLE", 403)])
def test_emulator_pages_are_for_root_only(emulator: SimpleNamespace, key: str, status: int) -> None:
    assert answers(emulator, "/_ministack/sqs/messages", {"key": key})[0]["status"] == status


def test_health_page_needs_no_key(emulator: SimpleNamespace) -> None:
    assert answers(emulator, "/_ministack/health", {})[0]["status"] == 200


def test_form_request_is_refused_in_xml(emulator: SimpleNamespace) -> None:
    _, body = answers(emulator, "/", {"content-type": "application/x-www-form-urlencoded; charset=utf-8"})
    assert b"<Code>InvalidClientTokenId</Code>" in body["body"]


def test_a_web_socket_is_closed(emulator: SimpleNamespace) -> None:
    assert answers(emulator, "/", {}, kind="websocket") == [{"type": "websocket.close", "code": 1008}]


def test_root_key_and_internal_calls_are_accepted(emulator: SimpleNamespace) -> None:
    assert [emulator.is_root_access_key(key) for key in (ROOT, "", "ASIAROLE")] == [True, True, False]


def test_function_keys_do_not_follow_from_its_name() -> None:
    modules = [SimpleNamespace(execution_credentials=dict) for _ in range(2)]
    randomize_function_keys(*modules)
    given = {"FunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:f", "Role": "r"}
    first, second = (module.execution_credentials(given) for module in modules)
    assert first == second  # for the same Lambda function
    assert first["FunctionArn"].startswith(f"{given['FunctionArn']}:")
    assert len(first["FunctionArn"]) > len(given["FunctionArn"]) + 30
