"""Restricts the emulator to callers that know a key of this run.

It runs under the emulator's own Python, imported by the launcher.

Every user of the machine can connect to the emulator's port. By default ministack treats callers as root if their request has
no signature, or if its key is `test` or an account number. Its own pages (reset, the messages of all queues, functions' code)
need no key at all, and a function's keys can be calculated from its name and its role's.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

_HEALTH = "/_ministack/health"
"""A page that needs no key. It only tells that the emulator runs."""
_PAGES = "/_"
"""The beginning of the paths of ministack's own pages."""
_JSON = b'{"__type": "InvalidClientTokenId", "message": "The security token included in the request is invalid."}'
_XML = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>"
    b"<Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>"
)
_QUERY_ERROR = b"InvalidClientTokenId;Sender"
"""The header with the error code for SQS's JSON protocol, as in its former XML protocol."""
_FORM = "application/x-www-form-urlencoded"
"""The content type of requests that are answered in XML."""
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def require_known_key(root: str, app: Any, evaluator: Any, sessions: Any) -> None:
    """Refuse every request whose key is neither root's nor that of a user or a role.

    ministack checks the signatures of users and roles. It does not check root's signature, so the id of root's key is the
    secret.
    """
    inner, is_root = app.app, evaluator.is_root_access_key

    def is_allowed(path: str, key: str) -> bool:
        if secrets.compare_digest(key.encode(), root.encode()) or path == _HEALTH:
            return True
        return not path.startswith(_PAGES) and (key in sessions or evaluator.find_iam_access_key_account(key) is not None)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await inner(scope, receive, send)
            return
        headers, query = _headers_and_query(scope)
        if is_allowed(scope["path"], app.extract_access_key_id(headers, query)):
            await inner(scope, receive, send)
        elif scope["type"] == "http":
            while (await receive()).get("more_body"):
                pass
            body = _XML if headers.get("content-type", "").startswith(_FORM) else _JSON
            headers_sent = [(b"content-length", b"%d" % len(body)), (b"x-amzn-query-error", _QUERY_ERROR)]
            await send({"type": "http.response.start", "status": 403, "headers": headers_sent})
            await send({"type": "http.response.body", "body": body})
        else:
            await send({"type": "websocket.close", "code": 1008})

    app.app = guarded
    evaluator.is_root_access_key = lambda key: key == root or is_root(key)


def randomize_function_keys(*modules: Any) -> None:
    """Make the keys of functions unpredictable. By default they are a hash of the ARNs of the function and its role."""
    derived, salt = modules[0].execution_credentials, secrets.token_hex(16)

    def salted(configuration: dict[str, Any]) -> Any:
        return derived({**configuration, "FunctionArn": f"{configuration['FunctionArn']}:{salt}"})

    for module in modules:
        module.execution_credentials = salted


def _headers_and_query(scope: Scope) -> tuple[dict[str, str], dict[str, list[str]]]:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers, parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
