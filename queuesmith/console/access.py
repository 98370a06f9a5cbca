"""Who can use the console: a browser on this machine that was opened with the URL which the command printed.

The URL contains a random token. The first page exchanges it for a cookie, so that the token does not stay in the address bar.
Other websites cannot use the console: the cookie is `SameSite=Strict`, the `Host` header must name this machine (otherwise a
website could point its own name to 127.0.0.1), and requests from other origins are refused.
"""

from __future__ import annotations

import hmac
import secrets

from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Request, Response

TOKEN_BYTES = 32
"""The length of the token and of the cookie before encoding."""
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with no-referrer, forms would have no Origin
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Access:
    """The token and the cookie of one run of the console."""

    def __init__(self, port: int) -> None:
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self.form_token = secrets.token_urlsafe(TOKEN_BYTES)
        """The value of a hidden field in the console's own forms. No other website can read it."""
        self._cookie = secrets.token_urlsafe(TOKEN_BYTES)
        self._cookie_name = f"queuesmith-{port}"  # browsers send a cookie to every port of a host
        self._hosts = [f"{name}:{port}" for name in ("127.0.0.1", "localhost")]

    def check(self, request: Request) -> None:
        """Raise Forbidden if the request does not come from the console's own pages or from the printed URL."""
        host = request.headers.get("Host", "")
        if host not in self._hosts:
            raise Forbidden(f'The Host header is "{host}", but must be {" or ".join(self._hosts)}.')
        self._check_origin(request, host)
        if self.has_token(request):
            return
        if not _is_equal(request.cookies.get(self._cookie_name, ""), self._cookie):
            raise Forbidden("This page needs the token of the running console. Open the URL that `queuesmith console` printed.")

    def has_token(self, request: Request) -> bool:
        """Whether the URL contains the token."""
        return _is_equal(request.args.get("token", ""), self.token)

    def check_form(self, request: Request) -> None:
        """Raise Forbidden unless the request is one of the console's own forms."""
        if request.headers.get("Origin") is None or not _is_equal(request.form.get("form", ""), self.form_token):
            raise Forbidden("This form is not one of the running console. Open the page again.")

    def set_cookie(self, response: Response) -> None:
        """Give the browser the cookie for the other pages."""
        response.set_cookie(self._cookie_name, self._cookie, httponly=True, samesite="Strict")

    @staticmethod
    def protect(response: Response) -> None:
        """Add the headers that restrict what a page can load and who can embed it."""
        response.headers.update(_HEADERS)

    def _check_origin(self, request: Request, host: str) -> None:
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{host}":
            raise Forbidden(f'The request comes from "{origin}". Only the console\'s own pages can send requests.')
        site = request.headers.get("Sec-Fetch-Site")
        if site not in (None, "none", "same-origin") and not self.has_token(request):
            raise Forbidden(f"The request comes from another website (Sec-Fetch-Site: {site}). Open the URL in a new tab.")


def _is_equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
