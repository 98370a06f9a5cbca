"""Reads the output of `terraform show -json`: values from the plan, references from its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queuesmith.common.json_values import as_dict, dicts_in
from queuesmith.readers.terraform.dependencies import Dependencies
from queuesmith.readers.terraform.document import Document, Path, ReferenceTarget, ReferenceTargets, Resource, walk
from queuesmith.readers.terraform.locations import Location, account_in_provider
from queuesmith.readers.terraform.modules import Modules, names_of, references_in
from queuesmith.readers.terraform.reference_resolver import EachTarget, ReferenceResolver
from queuesmith.rules import MaybeUnknown, Unknown

_DATA_SOURCE_TYPES = frozenset({"aws_iam_policy_document"})
"""Data sources that are read from the plan. Of others, only the attributes that use their values are read."""
_SETS = frozenset({"condition", "filter", "inline_policy", "not_principals", "principals"})
"""Blocks that are a set: their order in the values differs from the order in the configuration."""
_DYNAMIC = object()
"""Stands for an expression in a dynamic block. Terraform omits these, so there are more blocks than in the configuration."""


class PlanDocument(Document):
    """A plan of Terraform or OpenTofu."""

    _each_target: EachTarget | None = None
    """Returns the resource to which `each.value` leads, if the document knows the values of `for_each`."""

    def __init__(self, plan: dict[str, Any]) -> None:
        super().__init__()
        self.source: Document | None = None
        """The folder of the plan's files, which supplies values that the plan does not know."""
        self.variables = {name: as_dict(each).get("value") for name, each in as_dict(plan.get("variables")).items()}
        self._modules = Modules(as_dict(plan.get("configuration")).get("root_module"))
        self._providers = _providers(plan, self._modules, self.variables)
        unknown = {
            str(change.get("address")): as_dict(change.get("change")).get("after_unknown")
            for change in dicts_in(plan.get("resource_changes"))
            if "deposed" not in change  # an object from an earlier apply, to be deleted
        }
        prior = as_dict(as_dict(plan.get("prior_state")).get("values")).get("root_module")
        planned = as_dict(plan.get("planned_values")).get("root_module")
        for module, entry in [*_data_sources(prior), *_resources(planned)]:
            self._add(module, entry, unknown)
        self._resolver = ReferenceResolver(self, self._modules, self._each_target)
        self._dependencies = Dependencies(self._modules)
        self._targets: dict[tuple[int, Path], ReferenceTargets] = {}

    def _add(self, module: str, entry: dict[str, Any], unknown: dict[str, Any]) -> None:
        address, kind, name = (str(entry.get(part)) for part in ("address", "type", "name"))
        kind = f"data.{kind}" if entry.get("mode") == "data" else kind
        key = entry.get("index")
        self.add(
            Resource(
                self,
                address,
                kind,
                name,
                module,
                key if isinstance(key, str | int) else None,
                as_dict(entry.get("values")),
                unknown.get(address),
                self._modules.resource(names_of(module), f"{kind}.{name}") or {},
            )
        )

    @property
    def tags(self) -> dict[str, Any]:
        """Return no tags: a plan shows default tags on every resource, in `tags_all`."""
        return {}

    def provider(self, resource: Resource) -> Location:
        """Look the provider up by the configuration's key. Old versions of Terraform put the module before the key."""
        key = str(resource.configuration.get("provider_config_key", "aws"))
        inherited = key.rpartition(":")[2]
        return self._providers.get(key) or self._providers.get(inherited) or Location(provider=inherited)

    def value(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """Return the value. An unknown value that the configuration omits, so that AWS sets it, counts as not set."""
        value = self._planned(resource, path)
        from_source = self._in_source(resource) if isinstance(value, Unknown) else None
        known = from_source.value(*path) if from_source else None
        return value if known is None or isinstance(known, Unknown) else known

    def raw(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """Return the value. If the plan does not know it, it is the source's with references in the rules' form."""
        value = self._planned(resource, path)
        from_source = self._in_source(resource) if isinstance(value, Unknown) else None
        known = from_source.document.raw(from_source, path) if from_source else None
        return value if known is None or isinstance(known, Unknown) else known

    def _in_source(self, resource: Resource) -> Resource | None:
        return self.source.resources.get(resource.address) if self.source else None

    def _planned(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        mark = resource.unknown
        for depth in range(len(path) + 1):
            if mark is True:
                return resource.unknown_at(path) if self._has_references(resource, path[: max(depth, 1)]) else None
            if depth < len(path):
                mark = walk(mark, (path[depth],))
        return walk(resource.values, path)

    def _has_references(self, resource: Resource, path: Path) -> bool:
        """Whether an unknown value is set from references. An expression without references is an explicit null."""
        if not resource.configuration:
            return True
        expression = self._expression(resource, path)
        if expression is None:
            return False
        targets = self.targets(resource, path)
        return bool(targets.items) or not targets.is_complete

    def targets(self, resource: Resource, path: Path) -> ReferenceTargets:
        """Return the targets of the references in the configuration, followed through modules."""
        known = self._targets.get((id(resource), path))
        if known is None:
            expression = self._expression(resource, path)
            dynamic = expression is _DYNAMIC
            known = ReferenceTargets(is_complete=False) if dynamic else self._resolver.targets(resource, expression)
            known = self._better_targets(resource, path, known)
            self._targets[id(resource), path] = known
        return known

    def _better_targets(self, resource: Resource, path: Path, known: ReferenceTargets) -> ReferenceTargets:
        """Return the source's targets if the plan's are not certain, and the plan has the same resources."""
        from_source = None if known.is_certain and known.items else self._in_source(resource)
        if from_source is None:
            return known
        found = from_source.targets(*path)
        own = [self.resources.get(target.resource.address) for target in found.items]
        if not found.is_certain or not own:
            return known
        items = [ReferenceTarget(each, target.attribute) for each, target in zip(own, found.items, strict=True) if each]
        return ReferenceTargets(tuple(items)) if len(items) == len(own) else known

    def is_set(self, resource: Resource, path: Path) -> bool:
        """Whether the configuration has an expression at the path. It does not contain dynamic blocks."""
        return not resource.configuration or _configuration_at(resource, path) is not None

    @staticmethod
    def _expression(resource: Resource, path: Path) -> Any:
        """Return the configuration of an unknown value: one or several expressions, or `_DYNAMIC` for a dynamic block."""
        expressions = resource.configuration.get("expressions")
        for at, step in enumerate(path):
            if isinstance(step, str):
                continue
            blocks, values = _configuration_at(resource, path[:at]), walk(resource.values, path[:at])
            if _is_expression(blocks):
                return blocks
            written = len(blocks) if isinstance(blocks, list) else 1 if blocks else 0
            if written != (len(values) if isinstance(values, list) else 0):
                return _DYNAMIC
            if written > 1 and path[at - 1] in _SETS:
                return [walk(block, path[at + 1 :]) for block in walk(expressions, path[:at])]
        return _configuration_at(resource, path)

    def depends_on(self, resource: Resource, other: Resource) -> MaybeUnknown[bool]:
        """Decide by the references and depends_on of the configuration."""
        return self._dependencies.depends_on(resource, other)


def _providers(plan: dict[str, Any], modules: Modules, variables: dict[str, Any]) -> dict[str, Location]:
    """Return region and account of each provider, from its arguments and from `aws_caller_identity` in the prior state."""
    accounts: dict[str, set[str]] = {}
    for module, entry in _resources(as_dict(as_dict(plan.get("prior_state")).get("values")).get("root_module")):
        if entry.get("type") == "aws_caller_identity":
            configured = modules.resource(names_of(module), f"data.aws_caller_identity.{entry.get('name')}") or {}
            found = str(as_dict(entry.get("values")).get("account_id"))
            accounts.setdefault(str(configured.get("provider_config_key", "aws")), set()).add(found)
    places: dict[str, Location] = {}
    for key, provider in as_dict(as_dict(plan.get("configuration")).get("provider_config")).items():
        written = as_dict(as_dict(provider).get("expressions"))
        known_accounts = accounts.get(key, set())
        arguments = {
            "allowed_account_ids": _plain_value(written.get("allowed_account_ids"), variables),
            "assume_role": [
                {"role_arn": _plain_value(block.get("role_arn"), variables)} for block in dicts_in(written.get("assume_role"))
            ],
        }
        account = next(iter(known_accounts)) if len(known_accounts) == 1 else account_in_provider(arguments)
        places[key] = Location.read(_plain_value(written.get("region"), variables), account, key)
    return places


def _plain_value(expression: Any, variables: dict[str, Any]) -> Any:
    """Return the value of an expression that is a constant or a single variable of the root module."""
    named = references_in(expression)
    if len(named) == 1 and named[0].startswith("var."):
        return variables.get(named[0].removeprefix("var."))
    return as_dict(expression).get("constant_value")


def _is_expression(value: Any) -> bool:
    """Whether the value is one expression rather than blocks. An expression is not split further."""
    return isinstance(value, dict) and ("references" in value or "constant_value" in value)


def _configuration_at(resource: Resource, path: Path) -> Any:
    """Return the configuration at a path, or the expression that contains it."""
    expression = resource.configuration.get("expressions")
    for step in path:
        if _is_expression(expression):
            return expression
        expression = walk(expression, (step,))
    return expression


def _data_sources(module: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the data sources in `_DATA_SOURCE_TYPES` from the prior state or this plan's refresh."""
    for address, entry in _resources(module):
        if entry.get("mode") == "data" and str(entry.get("type")) in _DATA_SOURCE_TYPES:
            yield address, entry


def _resources(module: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every resource of a module and its child modules, with the module's address."""
    stack = [("", module)]
    while stack:
        address, content = stack.pop()
        for entry in dicts_in(as_dict(content).get("resources")):
            yield address, entry
        below = reversed(dicts_in(as_dict(content).get("child_modules")))
        stack.extend((str(child.get("address", "")), child) for child in below)
