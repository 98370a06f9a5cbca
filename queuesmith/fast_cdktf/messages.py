"""Makes jsii's messages to Node cheap to write: the same messages, by a shorter way.

jsii reads every property of every struct, given or not, and takes each request apart with a general converter: together a
fifth of the time of a resource. What is here does that for the five requests that a stack consists of, and leaves the rest to
jsii. It knows the insides of one release of jsii, and does nothing where it finds another.
"""

from __future__ import annotations

import importlib
import json
import logging
from collections.abc import Callable
from types import NoneType
from typing import Any

from queuesmith.fast_cdktf import jsii_release

_PLAIN = frozenset({str, int, bool, float, NoneType})

_log = logging.getLogger(__name__)


def line(message: Any) -> bytes:
    """A message that needs nothing but JSON, as it is written."""
    return f"{json.dumps(message)}\n".encode()


def shorten() -> None:
    """Use the shorter way from now on."""
    if not jsii_release.is_known():
        _log.debug("jsii is another release than the one that is known here, so its messages are written as it does it")
        return
    kernel: Any = importlib.import_module(jsii_release.KERNEL)
    process: Any = importlib.import_module(jsii_release.PROCESS)
    if kernel._make_reference_for_native.__module__ != __name__:  # once
        kernel._make_reference_for_native = _references(kernel)
        process._NodeProcess.send = _send(process)


def _references(kernel: Any) -> Callable[[Any, Any], Any]:
    """What stands for a value in a message: for a struct what was given to it, instead of all that it could have."""
    from jsii._runtime import python_jsii_mapping

    ordinary = kernel._make_reference_for_native
    structs: dict[type, Any] = {}

    def struct_of(value: Any) -> Any:
        own = vars(type(value))
        if "__jsii_name_mapping__" not in own or not hasattr(value, "_values"):
            return None  # no struct, or a subclass of one, which may have its own way
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
    """Write one request, and read what comes back."""
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
