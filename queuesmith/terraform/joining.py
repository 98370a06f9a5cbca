"""Finds what belongs together in a Terraform file: by reference, or by value (ARN, URL, name)."""

from __future__ import annotations

from dataclasses import dataclass

from queuesmith.rules import Known
from queuesmith.terraform.document import Document, Resource
from queuesmith.terraform.reading import text

QUEUE, FUNCTION, ALIAS, MAPPING = "aws_sqs_queue", "aws_lambda_function", "aws_lambda_alias", "aws_lambda_event_source_mapping"
ROLE, LOG_GROUP = "aws_iam_role", "aws_cloudwatch_log_group"
KMS_KEY, KMS_ALIAS = "aws_kms_key", "aws_kms_alias"


@dataclass(frozen=True)
class Elsewhere:
    """Something that is not in the file, by its ARN, URL or name."""

    value: str

    @property
    def name(self) -> str:
        """The name at the end of an ARN or URL."""
        return self.value.rstrip("/").replace("/", ":").rsplit(":", 1)[-1]


Found = Known[Resource | Elsewhere | None]
"""The resource; what it is called where it is outside the file; None where nothing is set."""


class Join:
    """Looks resources of one file up by what others say of them."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._by_name: dict[tuple[str, str], list[Resource]] = {}
        for kind, attribute in (
            (QUEUE, "name"),
            (FUNCTION, "function_name"),
            (ROLE, "name"),
            (LOG_GROUP, "name"),
            (KMS_ALIAS, "name"),
        ):
            for resource in document.of_type(kind):
                if isinstance(name := text(resource, attribute), str):
                    self._by_name.setdefault((kind, name), []).append(resource)
        self._by_arn = {
            arn: resource
            for resource in document.of_type(QUEUE, FUNCTION, ALIAS, ROLE, KMS_KEY, KMS_ALIAS)
            if isinstance(arn := text(resource, "arn"), str)
        }

    def find(self, kind: str, resource: Resource, *path: str | int) -> Found:
        """The resource of a type that an attribute is about."""
        targets = resource.targets(*path)
        of_kind = targets.of(kind)
        if len(of_kind) == 1 and targets.complete:
            return of_kind[0]
        value = text(resource, *path)
        if isinstance(value, str):
            return self.by_value(kind, value, near=resource)
        return None if value is None and not targets.found else resource.unknown_at(path)

    def by_value(self, kind: str, value: str, *, near: Resource) -> Resource | Elsewhere:
        """The resource of a type with this ARN, URL or name; of several, the one in the same module as `near`."""
        if value in self._by_arn and self._by_arn[value].type == kind:
            return self._by_arn[value]
        elsewhere = Elsewhere(value)
        named = self._by_name.get((kind, value if kind in (LOG_GROUP, KMS_ALIAS) else elsewhere.name), [])
        candidates = [resource for resource in named if _may_be(resource, value)]
        if len(candidates) > 1:
            candidates = [resource for resource in candidates if resource.module == near.module]
        return candidates[0] if len(candidates) == 1 else elsewhere

    def function(self, mapping: Resource) -> Found:
        """The function that a mapping calls: by name, ARN, either with a version or alias behind it, or an alias."""
        aliases = mapping.targets("function_name").of(ALIAS)
        if len(aliases) == 1:
            return self.find(FUNCTION, aliases[0], "function_name")
        value = text(mapping, "function_name")
        if isinstance(value, str) and not mapping.targets("function_name").of(FUNCTION):
            return self.by_value(FUNCTION, _without_qualifier(value), near=mapping)
        return self.find(FUNCTION, mapping, "function_name")

    def all_of(self, kind: str, referring: Resource, attribute: str) -> list[Resource]:
        """The resources of a type that a list of names or ARNs is about."""
        found = {resource.address: resource for resource in referring.targets(attribute).of(kind)}
        values = referring.value(attribute)
        for value in values if isinstance(values, list) else []:
            if isinstance(value, str) and isinstance(there := self.by_value(kind, value, near=referring), Resource):
                found[there.address] = there
        return list(found.values())


def name_of(resource: Resource) -> Known[str | None]:
    """What AWS calls it."""
    return text(resource, "function_name" if resource.type == FUNCTION else "name")


def _may_be(resource: Resource, value: str) -> bool:
    """Whether a resource whose name fits may have this ARN: not if its own is known and another."""
    own = text(resource, "arn")
    return not (value.startswith("arn:") and isinstance(own, str) and own != value)


def _without_qualifier(value: str) -> str:
    """A function's name or ARN without the version or alias behind it."""
    if value.startswith("arn:"):
        return ":".join(value.split(":")[:7])
    parts = value.split(":")
    return parts[parts.index("function") + 1] if "function" in parts[:-1] else parts[0]


def arns_of(kind: str, found: Resource | Elsewhere) -> tuple[str, ...]:
    """The ARNs and references by which policies may name it; account and region are `*` where they are not known."""
    if isinstance(found, Elsewhere):
        return (found.value,) if found.value.startswith("arn:") else (f"arn:*:{kind}:*:*:{found.name}",)
    references = [f"${{{found.address}.arn}}"]
    arn = text(found, "arn")
    if isinstance(arn, str):
        return (*references, arn)
    name = text(found, "name")
    return (*references, f"arn:*:{kind}:*:*:{name}") if isinstance(name, str) and kind == "sqs" else tuple(references)
