"""Compares raw requests and responses with botocore's model of the service: unknown fields, missing fields, and other types."""

from __future__ import annotations

import base64
import binascii
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from botocore.parsers import create_parser

Problem = str
SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str, datetime),
    "blob": (str, bytes, bytearray, io.IOBase),
}


def wire_name(shape: Any, member: str) -> str:
    """The name of a member in requests and responses."""
    return str(shape.members[member].serialization.get("name", member))


def body_members(shape: Any) -> dict[str, Any]:
    """The members of a structure that are in the body, and not in a header, by their names there."""
    return {wire_name(shape, name): member for name, member in shape.members.items() if "location" not in member.serialization}


Members = Callable[[Any], dict[str, Any]]


def request_problems(request: dict[str, Any], operation: Any) -> Iterator[Problem]:
    """Values of a request that the model does not list. botocore itself refuses unknown fields and wrong types."""
    if operation.input_shape is not None:
        yield from problems(request, operation.input_shape, members=lambda shape: dict(shape.members))


def problems(value: Any, shape: Any, path: str = "", members: Members = body_members) -> Iterator[Problem]:
    """Everything in a value that the model does not allow. `members` returns the fields of a structure by their names."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        yield from _in_structure(value, shape, path, members)
    elif kind == "list" and isinstance(value, list | tuple):
        for item in value:
            yield from problems(item, shape.member, f"{path}[]", members)
    elif kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from problems(key, shape.key, f"{path}.{key} (name)", members)
            yield from problems(item, shape.value, f"{path}.{key}", members)
    elif kind not in SCALARS or not _is_scalar(value, kind):
        yield f"{path} is {_type(value)} instead of {kind}"
    elif kind == "string" and shape.enum and value not in shape.enum:
        yield f"{path} is {value!r}, which is not in the model"


def _in_structure(value: dict[str, Any], shape: Any, path: str, members: Members) -> Iterator[Problem]:
    known = members(shape)
    for name, item in value.items():
        if name in known:
            yield from problems(item, known[name], f"{path}.{name}".removeprefix("."), members)
        else:
            yield f"{path}.{name} is not in the model".removeprefix(".")
    required = [shape.members[name] for name in shape.required_members]
    for name, member in known.items():
        if any(member is each for each in required) and name not in value:
            yield f"{path}.{name} is missing".removeprefix(".")


def _is_scalar(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    if kind == "blob" and isinstance(value, str):
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error:
            return False
    return isinstance(value, SCALARS[kind])


def _type(value: Any) -> str:
    return "null" if value is None else type(value).__name__


def fields(value: Any, shape: Any, path: str = "") -> Iterator[str]:
    """The fields that a value has, as in `Messages[].Body`. The names in a map are fields if the model lists them."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        members = body_members(shape)
        for name, item in value.items():
            yield f"{path}.{name}".removeprefix(".")
            if name in members:
                yield from fields(item, members[name], f"{path}.{name}".removeprefix("."))
    elif kind == "list" and isinstance(value, list):
        for item in value:
            yield from fields(item, shape.member, f"{path}[]")
    elif kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            name = key if shape.key.type_name == "string" and shape.key.enum else "*"
            yield f"{path}.{name}"
            yield from fields(item, shape.value, f"{path}.{name}")


def response_value(operation: Any, body: bytes) -> Any:
    """The fields of a response's body, by their names in it."""
    shape, protocol = operation.output_shape, operation.service_model.resolved_protocol
    if shape is None or not body or shape.serialization.get("payload"):
        return {}
    if protocol in {"json", "rest-json"}:
        return json.loads(body)
    if protocol == "smithy-rpc-v2-cbor":
        parser: Any = create_parser(protocol)
        return parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))
    root = _without_namespaces(fromstring(body))  # noqa: S314 - an emulator's response
    wrapper = shape.serialization.get("resultWrapper")
    found = root.find(wrapper) if wrapper else root
    return _from_xml(found, shape) if found is not None else {}


def has_status(shape: Any) -> bool:
    """Whether the HTTP status is a field of the response, so that it can have several values."""
    return any(member.serialization.get("location") == "statusCode" for member in shape.members.values())


def _without_namespaces(element: Element) -> Element:
    for each in element.iter():
        each.tag = each.tag.rpartition("}")[2]
    return element


def _from_xml(element: Element, shape: Any) -> Any:
    """The value of an XML element. Elements that are not in the model are texts."""
    kind = shape.type_name
    if kind == "structure":
        return _structure_from_xml(element, shape)
    if kind == "list":
        return [_from_xml(each, shape.member) for each in element]
    if kind == "map":
        names = [str(part.serialization.get("name", name)) for part, name in ((shape.key, "key"), (shape.value, "value"))]
        pairs = ([entry.find(name) for name in names] for entry in element)
        return {key.text or "": _from_xml(value, shape.value) for key, value in pairs if key is not None and value is not None}
    return _scalar_from_xml(element.text or "", kind)


def _structure_from_xml(element: Element, shape: Any) -> dict[str, Any]:
    members, found = body_members(shape), dict[str, Any]()
    for member in shape.members.values():
        if member.serialization.get("flattened"):
            name = member.serialization.get("name") or member.member.serialization.get("name")
            if items := element.findall(str(name)):
                found[str(name)] = [_from_xml(item, member.member) for item in items]
    for each in element:
        if each.tag not in found:
            found[each.tag] = _from_xml(each, members[each.tag]) if each.tag in members else each.text
    return found


def _scalar_from_xml(text: str, kind: str) -> Any:
    try:
        if kind in {"integer", "long"}:
            return int(text)
        if kind in {"float", "double"}:
            return float(text)
    except ValueError:
        return text
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text
