"""A folder in HCL as a document: values from tfparse, references from the files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from queuesmith.common.json_values import parse_json
from queuesmith.readers.terraform.addresses import Key
from queuesmith.readers.terraform.document import Path, ReferenceTarget, ReferenceTargets, Resource, walk
from queuesmith.readers.terraform.hcl.configuration import SOURCE, Configuration
from queuesmith.readers.terraform.hcl.evaluated_resources import EvaluatedResources, OmittedParts
from queuesmith.readers.terraform.hcl.evaluation import Blocks
from queuesmith.readers.terraform.hcl.guessed_values import GuessedValues
from queuesmith.readers.terraform.hcl.json_expressions import NOT_KNOWN, encoded
from queuesmith.readers.terraform.hcl.known_values import ID, UNRESOLVED, Each, KnownValues, is_whole, resource_in
from queuesmith.readers.terraform.hcl.syntax import Attribute
from queuesmith.readers.terraform.modules import names_of
from queuesmith.readers.terraform.plan import PlanDocument
from queuesmith.readers.terraform.templates import EXPRESSION, pieces
from queuesmith.rules import MaybeUnknown, Unknown

_REGION = "current-region"
"""tfparse's placeholder for the name of a region."""
_IAM_VARIABLE = re.compile(r"\$\{[a-z0-9-]+:")


class HclDocument(PlanDocument):
    """The resources of a root module and its modules.

    tfparse writes the id of a resource's block in place of its ARN or id. So a value shows exactly what it refers to, also if
    it passed through locals, variables or functions. Other values that are not known are null.
    """

    def __init__(self, configuration: Configuration, blocks: Blocks, given: set[str], literals: str) -> None:
        """`given` are the variables with a value. `literals` is the text of all files, in which values can stand literally."""
        self._literals, self._configured = literals, configuration
        self._values: dict[tuple[str, Path], MaybeUnknown[Any]] = {}
        evaluated = EvaluatedResources(blocks)
        self._ids = evaluated.ids
        self._known, self._known_each = KnownValues(configuration, given, evaluated.modules), dict[str, Each | None]()
        self._guessed = GuessedValues(configuration, self._known, evaluated.modules)
        omitted = OmittedParts(configuration, evaluated, self._known, self._guessed)
        self._unread = list(omitted.modules())
        unevaluated = list(omitted.resources())
        self._unevaluated = {each["address"] for each in unevaluated}
        evaluated.add(unevaluated)
        self._repeated = evaluated.repeated()
        super().__init__(
            {"configuration": configuration.content, "planned_values": {"root_module": evaluated.as_root_module()}}
        )
        self._providers, self._tags = evaluated.providers()

    @property
    def tags(self) -> dict[str, Any]:
        """Return the default tags of the provider without an alias."""
        return self._tags

    @property
    def unread_modules(self) -> list[tuple[str, str]]:
        """Return the modules that are not on this machine, with the reason."""
        return self._unread

    def value(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """Return the value. Unknown if it is not known, or contains a reference."""
        key = (resource.address, path)
        if key not in self._values:
            self._values[key] = self._evaluated(resource, path)
        return self._values[key]

    def _evaluated(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        found = walk(resource.values, path)
        if self._is_uncertain(resource, path):
            return resource.unknown_at(path)
        if _is_missing(found):
            return self._missing(resource, path)
        if isinstance(found, str) and not _is_known_text(self._with_references(resource, found)):
            return resource.unknown_at(path)
        return resource.unknown_at(path) if self._is_guessed(resource, path) else found

    def raw(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """Return the value with references in the rules' form: `${aws_sqs_queue.orders.arn}`."""
        found = walk(resource.values, path)
        if not isinstance(found, str):
            return self.value(resource, path)
        content = parse_json(found) if found.startswith(("{", "[")) else None
        is_guessed = self._is_guessed(resource, path)
        if is_guessed and (content := self._encoded(resource, path)) is None:
            return resource.unknown_at(path)
        if not isinstance(content, dict | list):
            return self._with_references(resource, found)
        if "null" in found and not is_guessed and not self._is_literal(resource, path):
            content = self._encoded(resource, path) or _map_json(content, lambda each: NOT_KNOWN if each is None else each)
        return json.dumps(
            _map_json(content, lambda each: self._with_references(resource, each) if isinstance(each, str) else each)
        )

    def targets(self, resource: Resource, path: Path) -> ReferenceTargets:
        """Return the resources whose ids are in the value, else the targets of the references in the files."""
        found = walk(resource.values, path)
        text = found if isinstance(found, str) else json.dumps(found, default=str)
        ids = [each for each in dict.fromkeys(ID.findall(text)) if each in self._ids]
        if not ids or self._is_uncertain(resource, path):
            return super().targets(resource, path)
        resources = [self.resources[self._ids[each]] for each in ids]
        is_complete = "null" not in text and "${" not in text
        return ReferenceTargets(tuple(ReferenceTarget(each, "arn") for each in resources), is_complete)

    def _each_target(self, address: str, key: Key | None, path: Sequence[Key]) -> ReferenceTarget | None:
        """Return the resource to which `each.value` leads: tfparse writes its id into the value of `for_each`."""
        repeated = self._repeated.get(address)
        found = resource_in(repeated.get(key), path, self._ids) if isinstance(repeated, dict) else None
        if found is None:
            return None
        block, rest = found
        return ReferenceTarget(self.resources[self._ids[block]], str(rest[0]) if rest else None)

    def _missing(self, resource: Resource, path: Path) -> Unknown | None:
        """Return Unknown for a value that is set and not known. None if it is not set, or null."""
        parent = walk(resource.values, path[:-1])
        if isinstance(parent, list) and not (isinstance(path[-1], int) and path[-1] < len(parent)):
            return None
        if isinstance(parent, dict) and path[-1] not in parent and UNRESOLVED not in parent:
            return None
        attribute = self._attribute(resource, path)
        if attribute is None:
            return None if self._expression(resource, path) is None else resource.unknown_at(path)
        names = names_of(resource.module)
        if resource.address in self._unevaluated and attribute.text != "null":
            return resource.unknown_at(path)
        is_null = self._known.is_null(names, attribute, each=self._each(resource))
        return None if is_null else resource.unknown_at(path)

    def _attribute(self, resource: Resource, path: Path) -> Attribute | None:
        """Return the attribute that sets a value. None: nothing sets it, or a dynamic block."""
        expression = self._expression(resource, path)
        return expression.get(SOURCE) if isinstance(expression, dict) else None

    def _encoded(self, resource: Resource, path: Path) -> Any:
        """Return the content of a JSON text whose expression is `jsonencode(…)`, with expressions in place of unknown parts."""
        attribute, module = self._attribute(resource, path), self._configured.modules[names_of(resource.module)]
        return encoded(attribute, module.local) if attribute else None

    def _is_guessed(self, resource: Resource, path: Path) -> bool:
        """Whether the value, or the number of a list's elements, depends on a module's argument that is not known.

        The elements of a map are read one by one.
        """
        found, names = walk(resource.values, path), names_of(resource.module)
        for end in range(1, len(path) + 1):
            if attribute := self._attribute(resource, path[:end]):
                attribute = attribute.element([str(key) for key in path[end:]]) or attribute
                is_container = isinstance(found, dict) or (isinstance(found, list) and not attribute.functions)
                return not is_container and self._guessed.is_guessed(names, attribute)
        return False

    def _is_literal(self, resource: Resource, path: Path) -> bool:
        attribute = self._attribute(resource, path)
        return attribute is not None and not attribute.references and attribute.functions <= {"jsonencode"}

    def _each(self, resource: Resource) -> Each | None:
        """Return the values of `each` or `count` in an instance. None: they are not known."""
        if resource.address not in self._known_each:
            repeated = resource.values.get("for_each", resource.values.get("count"))
            is_known = is_whole(repeated) and (not isinstance(repeated, dict) or resource.key in repeated)
            value = repeated.get(resource.key) if isinstance(repeated, dict) else resource.key
            self._known_each[resource.address] = {"key": resource.key, "value": value} if is_known else None
        return self._known_each[resource.address]

    def _is_uncertain(self, resource: Resource, path: Path) -> bool:
        """Whether the path leads through nested blocks that are not known, because a `dynamic` block creates them."""
        if not self._configured.dynamic_blocks:
            return False
        names, at = names_of(resource.module), 0
        block = self._configured.dynamic_blocks.get((names, f"{resource.type}.{resource.name}"))
        while block is not None and at < len(path) and block.blocks:
            kind = path[at]
            if not isinstance(kind, str):
                return False
            if self._known.is_uncertain_block(names, block, kind, each=self._each(resource)):
                return True
            inner = block.nested(kind) or [each for dynamic in block.dynamic(kind) for each in dynamic.nested("content")]
            index = path[at + 1] if at + 1 < len(path) else 0
            block = inner[index] if isinstance(index, int) and index < len(inner) else None
            at += 2
        return False

    def _with_references(self, resource: Resource, text: str) -> str:
        """Return a text in which ids and unresolved expressions are replaced by references in the rules' form."""
        if _REGION in text and _REGION not in self._literals:
            text = text.replace(_REGION, NOT_KNOWN)
        if "-" in text:
            text = ID.sub(lambda match: self._reference(match[0]), text)
        if "${" not in text and "%{" not in text:
            return text
        parts = (piece if expression is None else self._canonical(resource, expression) for piece, expression in pieces(text))
        return "".join(parts)

    def _reference(self, id: str) -> str:
        if id in self._ids:
            address = self._ids[id]
            return f"${{{address}.{'json' if 'data.aws_iam_policy_document.' in address else 'arn'}}}"
        return id if id in self._literals else NOT_KNOWN

    def _canonical(self, resource: Resource, expression: str) -> str:
        whole = f"${{{expression}}}"
        if _IAM_VARIABLE.match(whole) or expression.startswith(("data.", "var.", "local.", "each.", "count.")):
            return whole
        address = expression.rsplit(".", 1)[0]
        if address in self.resources:  # it is in the rules' form
            return whole
        targets = self._resolver.targets(resource, {"references": [expression]})
        return targets.items[0].text if len(targets.items) == 1 and targets.is_certain else NOT_KNOWN


def _is_known_text(text: str) -> bool:
    """Whether a text has no expression. IAM's variables, such as `${aws:username}`, are part of the text."""
    return "${" not in text or not EXPRESSION.search(_IAM_VARIABLE.sub("", text))


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and UNRESOLVED in value)


def _map_json(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return JSON with each of its values changed."""
    if isinstance(value, dict):
        return {key: _map_json(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_map_json(item, change) for item in value]
    return change(value)
