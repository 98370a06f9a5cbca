"""The server of the console: loopback only, each request checked, and pages rendered on request.

A page comes in two parts: a frame, which is sent immediately, and its content, which the frame's script requests and updates.
So the first paint does not wait for AWS.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterable
from importlib import resources
from typing import Any
from urllib.parse import quote

from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, InternalServerError, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from queuesmith import aws
from queuesmith.common.errors import UsageError
from queuesmith.console.access import Access
from queuesmith.console.action_request import ActionRequest
from queuesmith.console.actions import Actions
from queuesmith.console.errors import USER_ERRORS, explanation
from queuesmith.console.jobs import Jobs
from queuesmith.console.readings import Readings
from queuesmith.console.views import Views, error_page, render

HOST = "127.0.0.1"
CONTENT_HEADER = "X-Queuesmith-Content"
"""The header with which the script of a page requests its content."""
_STATIC = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}
_PAGES = Map(
    [
        Rule("/", endpoint="overview", methods=["GET"]),
        Rule("/doctor", endpoint="doctor", methods=["GET"]),
        Rule("/workers/<worker>", endpoint="worker", methods=["GET"]),
        Rule("/workers/<worker>/dlq", endpoint="dlq", methods=["GET"]),
        Rule("/workers/<worker>/dlq/messages", endpoint="messages", methods=["GET"]),
        Rule("/workers/<worker>/log", endpoint="log", methods=["GET"]),
        Rule("/workers/<worker>/confirm", endpoint="confirm", methods=["GET"]),
        Rule("/workers/<worker>/actions", endpoint="start", methods=["POST"]),
        Rule("/workers/<worker>/actions/<int:number>", endpoint="action", methods=["GET"]),
        Rule("/static/<name>", endpoint="static", methods=["GET"]),
    ]
)


class Console:
    """The pages as a WSGI application."""

    def __init__(self, selection: aws.Selection, port: int, *, can_act: bool = False) -> None:
        self.access, self.jobs = Access(port), Jobs()
        readings = Readings(selection)
        self._actions = Actions(readings, self.jobs) if can_act else None
        self._views = Views(readings, self.jobs, self._actions, self.access.form_token)
        self._name = selection.environment or selection.queue or selection.function or selection.dead_letter_queue or ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        request = Request(environ)
        try:
            self.access.check(request)
            response = self._respond(request)
        except HTTPException as error:
            response = Response(render("refused.html", error=error), error.code, mimetype="text/html")
        except Exception:
            traceback.print_exc()  # a bug in this program: in the terminal, not on the page
            bug = InternalServerError("This is a bug in queuesmith. The terminal of `queuesmith console` shows the traceback.")
            response = Response(render("refused.html", error=bug), bug.code, mimetype="text/html")
        self.access.protect(response)
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        endpoint, arguments = _PAGES.bind_to_environ(request.environ).match()
        if self.access.has_token(request):
            response = Response(render("opened.html"), mimetype="text/html")
            self.access.set_cookie(response)
            return response
        if endpoint == "static":
            return _static(arguments["name"])
        if endpoint == "start":
            return self._start(request, arguments["worker"])
        if CONTENT_HEADER not in request.headers:
            page = render("page.html", name=self._name, page=endpoint, worker=arguments.get("worker"))
            return Response(page, mimetype="text/html")
        view: Callable[..., str] = getattr(self._views, endpoint)
        try:
            content = view(request, **arguments)
        except USER_ERRORS as error:
            content = error_page(error)
        return Response(content, mimetype="text/html")

    def _start(self, request: Request, worker: str) -> Response:
        """Start the action of a form, and lead to its page."""
        if self._actions is None:
            raise Forbidden("The console only reads. To act, start it with --act.")
        self.access.check_form(request)
        try:
            number = self._actions.start(worker, ActionRequest.from_values(request.form))
        except USER_ERRORS as error:
            raise BadRequest(explanation(error)) from error
        return redirect(f"/workers/{quote(worker, safe='')}/actions/{number}", 303)


class ConsoleServer:
    """The running console."""

    def __init__(self, selection: aws.Selection, port: int = 0, *, can_act: bool = False) -> None:
        """Listen on a port of 127.0.0.1; 0: a free one. Raises UsageError if another program uses the port."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request to stderr
        try:
            self._server: BaseWSGIServer = make_server(HOST, port, self._answer, threaded=True)
        except (OSError, SystemExit) as error:
            raise UsageError(f"--port is {port}, but this port cannot be used. Choose another, or omit it") from error
        self.console = Console(selection, self._server.port, can_act=can_act)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The URL to open, with the token."""
        return f"http://{HOST}:{self._server.port}/?token={self.console.access.token}"

    def wait(self) -> None:
        """Serve until a signal interrupts it with KeyboardInterrupt."""
        self._thread.join()

    def close(self) -> None:
        """Stop the server, and the reading of DLQs, whose messages become visible again."""
        self._server.shutdown()
        self._server.server_close()
        self.console.jobs.close()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self.console(environ, start_response)


def start_console(selection: aws.Selection, port: int = 0, *, can_act: bool = False) -> ConsoleServer:
    """Start the console for the selected workers.

    Raises UsageError if the selection is not possible. Errors of AWS are shown on the pages, because a log-in can fix them
    while the console is running.

    Parameters
    ----------
    selection
        The workers to show.
    port
        The port on 127.0.0.1; 0: a free one.
    can_act
        Whether the pages can pause, resume, redrive, drop and send. Otherwise they only read.

    """
    try:
        aws.find_workers(selection)
    except UsageError:
        raise
    except USER_ERRORS:
        pass  # shown on the page
    return ConsoleServer(selection, port, can_act=can_act)


def _static(name: str) -> Response:
    if name not in _STATIC:
        raise NotFound
    content = resources.files("queuesmith.console").joinpath("static", name).read_bytes()
    return Response(content, mimetype=_STATIC[name])
