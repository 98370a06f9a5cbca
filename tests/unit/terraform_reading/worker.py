"""A small worker in a first plan. Tests rewrite parts of it."""

from __future__ import annotations

from typing import Any

from tests.plans import Json, configured, plan, planned, references

QUEUE, DLQ, FUNCTION, ROLE, MAPPING = (
    "aws_sqs_queue.work",
    "aws_sqs_queue.dead",
    "aws_lambda_function.work",
    "aws_iam_role.work",
    "aws_lambda_event_source_mapping.work",
)
_VALUES: dict[str, tuple[Json, tuple[str, ...]]] = {
    QUEUE: ({"name": "work", "visibility_timeout_seconds": 30}, ("arn", "id", "url", "policy", "redrive_policy")),
    DLQ: ({"name": "dead"}, ("arn", "id", "url", "policy", "redrive_policy")),
    ROLE: ({"name": "work"}, ("arn", "id", "managed_policy_arns", "inline_policy")),
    FUNCTION: ({"function_name": "work", "timeout": 60, "runtime": "python3.13"}, ("arn", "role")),
    MAPPING: ({"enabled": True}, ("event_source_arn", "function_name")),
}
_WRITTEN: dict[str, Json] = {
    QUEUE: {"name": "work", "redrive_policy": references(f"{DLQ}.arn")},
    DLQ: {"name": "dead"},
    ROLE: {"name": "work"},
    FUNCTION: {"function_name": "work", "role": references(f"{ROLE}.arn")},
    MAPPING: {"event_source_arn": references(f"{QUEUE}.arn"), "function_name": references(f"{FUNCTION}.arn")},
}


class Worker:
    """Resources of the root module by address: planned values, unknown attributes and configured expressions."""

    def __init__(self) -> None:
        self.values = {address: dict(values) for address, (values, _) in _VALUES.items()}
        self.unknown: dict[str, dict[str, Any]] = {
            address: dict.fromkeys(names, True) for address, (_, names) in _VALUES.items()
        }
        self.written = {address: dict(expressions) for address, expressions in _WRITTEN.items()}
        self.more: dict[str, Json] = {}
        """Fields next to the expressions: `depends_on`, `for_each_expression`."""
        self.keys: dict[str, list[Any]] = {}
        """The instance keys of resources with `count` or `for_each`."""
        self.modules: dict[str, list[Json]] = {}
        self.calls: Json = {}

    def add(self, address: str, values: Json, written: Json, unknown: tuple[str, ...] = (), **more: Any) -> Worker:
        """Add or replace a resource."""
        self.values[address], self.written[address], self.more[address] = values, written, more
        self.unknown[address] = dict.fromkeys(unknown, True)
        return self

    def write(self, address: str, name: str, expression: Any, *, known: Any = None) -> Worker:
        """Replace the expression of an attribute. The attribute is unknown unless `known` is its value."""
        self.written[address][name] = expression
        self.values[address].pop(name, None)
        self.unknown[address].pop(name, None)
        if known is None:
            self.unknown[address][name] = True
        else:
            self.values[address][name] = known
        return self

    def plan(self) -> Json:
        """The plan."""
        entries = [
            planned(address, self.values[address], key=key) | {"unknown": self.unknown[address]}
            for address in self.values
            for key in self.keys.get(address, [None])
        ]
        written = [configured(address, self.written[address], **self.more.get(address, {})) for address in self.written]
        return plan(entries, {"resources": written, "module_calls": self.calls}, self.modules)
