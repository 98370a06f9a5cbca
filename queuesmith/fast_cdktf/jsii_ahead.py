"""Has Node load the bindings while Python reads and judges the settings.

Importing cdktf starts Node and waits for it three times: for constructs, for cdktf, and for the AWS bindings. Here Node is
started and asked for all three at once, and nobody waits: when cdktf is imported later, the answers are there. Where what is
asked for then is something else, these answers are put aside and nothing is lost but time.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import sys
from collections import deque
from pathlib import Path
from typing import Any

from queuesmith.fast_cdktf import jsii_release
from queuesmith.fast_cdktf import lazy_bindings as bindings
from queuesmith.fast_cdktf import messages as jsii_messages

PACKAGES = ("constructs", "cdktf", bindings.PACKAGE)
"""In the order in which they load each other."""
_LOAD = re.compile(r'JSIIAssembly\.load\(\s*"([^"]+)",\s*"([^"]+)",\s*__name__\[0:-6\],\s*"([^"]+)"')

_started_ahead: list[Any] = []

_log = logging.getLogger(__name__)


def load_ahead() -> None:
    """Start it. Does nothing where Node has loaded something already, where the ordinary import or a runtime of the user's
    own is asked for, or where jsii or a package is not as expected.
    """
    asked_otherwise = os.environ.get(bindings.EAGER) == "1" or os.environ.get("JSII_RUNTIME")
    if asked_otherwise or any(name.endswith("._jsii") for name in sys.modules):
        return
    try:
        _load_ahead()
    except OSError as error:
        _log.debug("Node could not be started ahead: %s", error)  # who needs it will say so


def _load_ahead() -> None:
    import jsii
    from jsii._kernel.providers.process import _NodeProcess
    from jsii._kernel.types import LoadRequest

    requests = [LoadRequest(*found) for found in map(_assembly, PACKAGES) if found is not None]
    if not jsii_release.is_known() or len(requests) < len(PACKAGES):
        _log.debug("jsii or the bindings are not as expected, so Node loads them when they are imported")
        return
    node = _started(jsii.kernel.provider, _NodeProcess)
    try:
        for request in requests:
            node._process.stdin.write(jsii_messages.line({"api": "load", **_fields(request)}))
        node._process.stdin.flush()
    except OSError:
        node._process.kill()
        raise
    node.send = _Answers(node, requests)
    _started_ahead.append(node)


def give_up() -> None:
    """End a Node that was started ahead and that nobody has asked anything: it would load to the end first."""
    for node in _started_ahead:
        if isinstance(node.send, _Answers):
            node._process.kill()


def _assembly(package: str) -> tuple[str, str, str] | None:
    """Name, version and archive of what a package has Node load."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / "_jsii" / "__init__.py"
    found = _LOAD.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    return None if found is None else (found[1], found[2], str(file.parent / found[3]))


def _started(provider: Any, kind: Any) -> Any:
    """jsii's process, without waiting for its greeting."""
    greeting = kind.handshake
    kind.handshake = lambda _: None
    try:
        return provider._process
    finally:
        kind.handshake = greeting


def _fields(request: Any) -> dict[str, str]:
    return {"name": request.name, "version": request.version, "tarball": request.tarball}


class _Answers:
    """In the place of a process's `send`, until what was asked for ahead has been answered."""

    def __init__(self, node: Any, requests: list[Any]) -> None:
        self._node, self._waiting = node, deque(requests)
        self._greeted = False

    def __call__(self, request: Any, response_type: Any) -> Any:
        node, waiting = self._node, self._waiting
        if not self._greeted:
            node.handshake()
            self._greeted = True
        message: Any = {}
        while waiting and "ok" not in message:
            expected = waiting.popleft() == request
            answer = node._next_message()
            message = answer if expected else {}
        if not waiting:
            del node.send  # from now on its own
        if "ok" in message:
            return node._serializer.structure(message["ok"], response_type)
        return node.send(request, response_type)  # another request, or one that failed and will say why
