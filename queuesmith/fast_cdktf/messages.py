"""Makes jsii's messages to Node shorter and cheaper to write.

jsii reads every property of every struct, set or not, and converts each request with a general converter. This module writes
only the properties that were set, and writes the five requests that a stack consists of directly. jsii writes the others. This
depends on private functions of jsii, so nothing is changed unless the hash of their source is in `KNOWN`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import NoneType
from typing import Any

KERNEL, PROCESS = "jsii._kernel", "jsii._kernel.providers.process"
KNOWN = {
    KERNEL: "46aced97a9815ae56086bea7fefe8ec35bf0c6c64f0b247fb520f2a6f34af68d",
    PROCESS: "5260a05150ee02f673b183103b2ff892c327af5ef3b38bd293ab761f5d02241f",
}
"""SHA-256 of the modules' source code in jsii 1.142."""
_PLAIN = frozenset({str, int, bool, float, NoneType})

_log = logging.getLogger(__name__)


def install_short_messages() -> None:
    """Use short messages from now on. Both modules of jsii must have been imported."""
    kernel, process = (_known_module(name) for name in (KERNEL, PROCESS))
    if kernel is None or process is None:
        _log.debug("jsii is not the known release, so it writes its messages itself")
        return
    kernel._make_reference_for_native = _references(kernel)
    process._NodeProcess.send = _send(process)


def _known_module(name: str) -> Any:
    module = sys.modules.get(name)
    file = Path(str(getattr(module, "__file__", "")))
    return module if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == KNOWN[name] else None


def _references(kernel: Any) -> Callable[[Any, Any], Any]:
    """Return the function that serializes a value: for a struct, only the properties that were set."""
    ordinary = kernel._make_reference_for_native
    structs: dict[type, Any] = {}

    def struct_of(value: Any) -> Any:
        own = vars(type(value))
        if "__jsii_name_mapping__" not in own or not hasattr(value, "_values"):
            return None  # not a struct, or a subclass of one, which can have different properties
        from jsii._runtime import python_jsii_mapping  # it imports jsii._kernel

        return own["__jsii_type__"], python_jsii_mapping(value)

    def reference(kernel: Any, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind not in structs:
            structs[kind] = struct_of(value)
        if structs[kind] is None:
            return ordinary(kernel, value)
        name, names = structs[kind]
        given = value._values.items()
        return {"$jsii.struct": {"fqn": name, "data": {names[key]: reference(kernel, each) for key, each in given}}}

    return reference


def _send(process: Any) -> Callable[[Any, Any, Any], Any]:
    """Return the function that writes a request and reads the response."""
    ordinary, by_reference = process._NodeProcess.send, process._unstructure_ref
    encode = json.JSONEncoder(default=process.jdefault).encode
    writers: dict[type, Callable[[Any], dict[str, Any]]] = {
        process.CreateRequest: lambda it: {
            "api": "create",
            "fqn": it.fqn,
            "args": it.args,
            "overrides": [{"method": o.method, "property": o.property, "cookie": o.cookie} for o in it.overrides],
            "interfaces": it.interfaces,
        },
        process.GetRequest: lambda it: {"api": "get", "objref": by_reference(it.objref), "property": it.property},
        process.SetRequest: lambda it: {
            "api": "set",
            "objref": by_reference(it.objref),
            "property": it.property,
            "value": it.value,
        },
        process.InvokeRequest: lambda it: {
            "api": "invoke",
            "objref": by_reference(it.objref),
            "method": it.method,
            "args": it.args,
        },
        process.StaticInvokeRequest: lambda it: {"api": "sinvoke", "fqn": it.fqn, "method": it.method, "args": it.args},
    }

    def send(self: Any, request: Any, response_type: Any) -> Any:
        writer = writers.get(type(request))
        if writer is None or process._stack_traces_enabled():
            return ordinary(self, request, response_type)
        self._process.stdin.write(f"{encode(writer(request))}\n".encode())
        self._process.stdin.flush()
        message = self._next_message()
        if "ok" in message:
            return self._serializer.structure(message["ok"], response_type)
        response = self._serializer.structure(message, process._ProcessResponse)
        if isinstance(response, process._CallbackResponse):
            return response.callback
        kind = process.JSIIError if response.name == process.ErrorType.JSII_FAULT.value else RuntimeError
        raise kind(response.error) from process.JavaScriptError(response.stack)

    return send
