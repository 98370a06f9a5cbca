"""Finds related resources in a Terraform file: by reference, or by value (ARN, URL, name)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from queuesmith.readers.terraform.document import Document, ReferenceTarget, ReferenceTargets, Resource
from queuesmith.readers.terraform.locations import Location, location_in
from queuesmith.readers.terraform.values import text
from queuesmith.rules import MaybeUnknown, Unknown
from queuesmith.rules.limits import UNPUBLISHED

QUEUE, FUNCTION, ALIAS, MAPPING = "aws_sqs_queue", "aws_lambda_function", "aws_lambda_alias", "aws_lambda_event_source_mapping"
ROLE, POLICY, LOG_GROUP = "aws_iam_role", "aws_iam_policy", "aws_cloudwatch_log_group"
KMS_KEY, KMS_ALIAS = "aws_kms_key", "aws_kms_alias"
TOPIC, BUCKET, EVENT_RULE = "aws_sns_topic", "aws_s3_bucket", "aws_cloudwatch_event_rule"
_NAMES = {
    **dict.fromkeys((QUEUE, ROLE, POLICY, LOG_GROUP, KMS_ALIAS, TOPIC, EVENT_RULE), "name"),
    FUNCTION: "function_name",
    BUCKET: "bucket",
}
"""The attribute that names a resource, by its type."""
_IDENTITIES = ("arn", "id", "name", "url", "function_name", "key_id")
"""The attributes by which other resources can identify a resource."""
_WITH_SLASHES = frozenset({LOG_GROUP, KMS_ALIAS})
"""Types whose names contain slashes."""
_GLOBAL = frozenset({ROLE, POLICY})
"""Types that are global: they have no region."""


@dataclass(frozen=True)
class ExternalResource:
    """A resource that is not in the file, by its ARN, URL or name."""

    value: str

    @property
    def name(self) -> str:
        """Return the name at the end of an ARN or URL."""
        return self.value.rstrip("/").replace("/", ":").rsplit(":", 1)[-1]


LookupResult = MaybeUnknown[Resource | ExternalResource | None]
"""The resource, or `ExternalResource` if it is not in the file, or None if the attribute is not set."""


class ResourceIndex:
    """Finds resources of one file by the attributes of other resources."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._by_name: dict[tuple[str, str], list[Resource]] = {}
        for kind, attribute in _NAMES.items():
            for resource in document.of_type(kind):
                if isinstance(name := text(resource, attribute), str):
                    self._by_name.setdefault((kind, name), []).append(resource)
        self._by_arn = {
            (resource.type, arn): resource
            for resource in document.of_type(*_NAMES, ALIAS, KMS_KEY)
            if isinstance(arn := text(resource, "arn"), str)
        }

    def find(self, kind: str, resource: Resource, *path: str | int) -> LookupResult:
        """Return the resource of a type that an attribute names."""
        value = text(resource, *path)
        if isinstance(value, str):
            return self.find_by_value(kind, value, resource, resource.targets(*path))
        if value is None:
            return None
        targets = resource.targets(*path)
        of_kind = targets.of(kind)
        return of_kind[0] if len(of_kind) == 1 and targets.is_certain else value

    def find_by_value(
        self, kind: str, value: str, near: Resource, targets: ReferenceTargets | None = None
    ) -> Resource | ExternalResource:
        """Return the resource of a type with this ARN, URL or name.

        If there are several, prefer the one that is referenced, then the one in the same module.
        """
        if (kind, value) in self._by_arn:
            return self._by_arn[kind, value]
        external = ExternalResource(value)
        named = self._by_name.get((kind, value if kind in _WITH_SLASHES else external.name), [])
        candidates = [resource for resource in named if _could_match(resource, value, near)]
        if len(candidates) == 1:
            return candidates[0]
        referenced = [
            t.resource for t in (targets.items if targets else ()) if t.resource.type == kind and _has_value(t, value)
        ]
        for preferred in (referenced, [resource for resource in candidates if resource.module == near.module]):
            if len({resource.address for resource in preferred}) == 1:
                return preferred[0]
        return external

    def has_name(self, kind: str, name: str) -> bool:
        """Whether any resource of a type has this name. If so, a resource that was not found could still be in the file."""
        return (kind, name) in self._by_name

    def find_function(self, mapping: Resource) -> LookupResult:
        """Return the function of a mapping: by name or ARN, each with or without version or alias, or by an alias resource."""
        value, targets = text(mapping, "function_name"), mapping.targets("function_name")
        if isinstance(value, str):
            return self.find_by_value(FUNCTION, _without_qualifier(value), mapping, targets)
        aliases = targets.of(ALIAS)
        if len(aliases) == 1 and targets.is_certain and not targets.of(FUNCTION):
            return self.find_function(aliases[0])
        return self.find(FUNCTION, mapping, "function_name")

    def find_qualifier(self, mapping: Resource) -> MaybeUnknown[str | None]:
        """Return the version or alias that a mapping names, or None if it names only the function."""
        value, targets = text(mapping, "function_name"), mapping.targets("function_name")
        if isinstance(value, str):
            return value.removeprefix(_without_qualifier(value)).removeprefix(":") or None
        if not targets.is_certain or len(targets.items) != 1:
            return Unknown(f"the version that {mapping.address} invokes")
        target = targets.items[0]
        if target.resource.type == ALIAS:
            return "an alias" if isinstance(name := text(target.resource, "name"), Unknown) else name
        if (target.attribute or "").startswith("qualified_"):
            return "a version" if target.resource.value("publish") is True else UNPUBLISHED
        return None if target.resource.type == FUNCTION else Unknown(f"the version that {mapping.address} invokes")

    def find_all(
        self, kind: str, referring: Resource, attribute: str
    ) -> tuple[list[Resource | ExternalResource], Unknown | None]:
        """Return the resources that a list of names or ARNs names, and an Unknown if some of them are not known."""
        by_value: dict[str, Resource | ExternalResource] = {}
        values, targets = referring.value(attribute), referring.targets(attribute)
        missing = 1 if isinstance(values, Unknown) else 0
        for index in range(len(values) if isinstance(values, list) else 0):
            value = text(referring, attribute, index)
            if isinstance(value, str):
                by_value[value] = self.find_by_value(kind, value, referring, targets)
            else:
                missing += 1
        in_file = [one for one in by_value.values() if isinstance(one, Resource)]
        others = [resource for resource in targets.of(kind) if resource not in in_file] if missing else []
        is_complete = targets.is_certain and len(others) >= missing
        return [*by_value.values(), *others], None if is_complete or not missing else referring.unknown_at((attribute,))


def _could_match(resource: Resource, value: str, near: Resource) -> bool:
    """Whether a value can refer to a resource with the right name: its ARN, region and account must not differ.

    A value without region and account means those of `near`. AWS connects these types within one region only, so both must have
    the same provider, or regions that are known and equal.
    """
    own = text(resource, "arn")
    if value.startswith("arn:") and ((isinstance(own, str) and own != value) or ":iam::aws:" in value):
        return False
    expected, actual = location_in(value).or_else(location_of(near)), location_of(resource)
    if resource.type in _GLOBAL:
        return not replace(expected, region=None).differs_from(replace(actual, region=None))
    known = expected.region is not None and actual.region is not None
    return not expected.differs_from(actual) and (known or expected.provider == actual.provider)


def location_of(resource: Resource) -> Location:
    """Return region and account of a resource: from its ARN, its `region` (provider 6), or its provider."""
    arn, region, provider_location = text(resource, "arn"), text(resource, "region"), resource.document.provider(resource)
    if isinstance(arn, str):
        return location_in(arn).or_else(provider_location)
    if isinstance(region, Unknown):
        return Location(
            account=provider_location.account, provider=f"{provider_location.provider} in the region of {resource.address}"
        )
    return Location.read(region, None).or_else(provider_location)


def _has_value(target: ReferenceTarget, value: str) -> bool:
    """Whether the target of a reference has this value."""
    attributes = (target.attribute,) if target.attribute else _IDENTITIES
    return any(target.resource.value(attribute) == value for attribute in attributes)


def _without_qualifier(value: str) -> str:
    """Return a function's name or ARN without version or alias."""
    if value.startswith("arn:"):
        return ":".join(value.split(":")[:7])
    parts = value.split(":")
    return ":".join(parts[: parts.index("function") + 2]) if "function" in parts[:-1] else parts[0]


def lambda_arns(resource: Resource, kind: str, name: MaybeUnknown[str | None]) -> tuple[str, ...]:
    """Return the ARN of a function or mapping, and the reference to it. Unknown fields are `*`."""
    reference, arn, location = f"${{{resource.address}.arn}}", text(resource, "arn"), location_of(resource)
    if isinstance(arn, str):
        return reference, arn
    place = f"{location.partition or '*'}:lambda:{location.region or '*'}:{location.account or '*'}"
    return reference, f"arn:{place}:{kind}:{name if isinstance(name, str) else '*'}"


def sqs_arns(queue: Resource | ExternalResource) -> tuple[str, ...]:
    """Return the ARNs and references that policies can use for a queue. Unknown fields are `*`."""
    if isinstance(queue, ExternalResource):
        return (queue.value,) if queue.value.startswith("arn:") else (f"arn:*:sqs:*:*:{queue.name}",)
    reference, arn, name = f"${{{queue.address}.arn}}", text(queue, "arn"), text(queue, "name")
    if isinstance(arn, str):
        return reference, arn
    location, queue_name = location_of(queue), name if isinstance(name, str) else "*"
    return reference, f"arn:{location.partition or '*'}:sqs:{location.region or '*'}:{location.account or '*'}:{queue_name}"
