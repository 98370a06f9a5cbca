"""The resources that tfparse has evaluated, in the form of a plan, and those that it omits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from queuesmith.common.json_values import as_dict, dicts_in
from queuesmith.readers.terraform.addresses import Step, steps, with_key
from queuesmith.readers.terraform.document import walk
from queuesmith.readers.terraform.hcl.configuration import Configuration
from queuesmith.readers.terraform.hcl.evaluation import META, Blocks
from queuesmith.readers.terraform.hcl.folder import Module, is_override
from queuesmith.readers.terraform.hcl.guessed_values import GuessedValues
from queuesmith.readers.terraform.hcl.known_values import ID, KnownValues
from queuesmith.readers.terraform.hcl.syntax import Block, literals
from queuesmith.readers.terraform.locations import Location, account_in_provider
from queuesmith.readers.terraform.modules import Names, names_of

Entry = dict[str, Any]
"""A resource as a plan lists it, with the address of its module."""


class EvaluatedResources:
    """The resources by address, and the ids by which their values refer to each other."""

    def __init__(self, blocks: Blocks) -> None:
        self.ids: dict[str, str] = {}
        """The address of each resource by the id of its block."""
        self.modules: dict[Names, list[dict[str, Any]]] = {}
        """The arguments of every instance of each module."""
        self.module_addresses = {""}
        self._blocks = blocks = _with_named_keys(blocks)
        self._entries: dict[str, Entry] = {}
        for call in blocks.get("module", []):
            address = str(call[META].get("path"))
            self.modules.setdefault(names_of(address), []).append(call)
            self.module_addresses.add(address)
        self._read_modules = {split_address(str(block[META].get("path")))[0] for those in blocks.values() for block in those}
        every = [block for those in blocks.values() for block in those if block[META].get("type")]
        for block in sorted(every, key=lambda each: is_override(str(each[META].get("filename")))):
            entry = _entry(str(block[META].get("path")), is_data=block[META]["type"] == "data")
            self.ids[str(block.get("id"))] = entry["address"]
            values = self._entries.setdefault(entry["address"], {**entry, "values": {}})["values"]
            values.update(_without_meta(block))  # an override file's attributes replace those of the other files

    def add(self, entries: Iterable[Entry]) -> None:
        """Add resources."""
        self._entries.update((entry["address"], entry) for entry in list(entries))

    def contains(self, names: Names, own: str) -> bool:
        """Whether a resource of a module, such as `aws_sqs_queue.orders`, has instances."""
        return any(names_of(each["module"]) == names and _own_name(each) == own for each in self._entries.values())

    def has_content(self, module: str) -> bool:
        """Whether tfparse has evaluated a module instance. In a folder with more than 32 calls, it omits the others."""
        return module in self._read_modules

    def as_root_module(self) -> dict[str, Any]:
        """Return the resources in the form of a plan's root module."""
        modules: dict[str, list[Entry]] = {}
        for entry in self._entries.values():
            modules.setdefault(entry["module"], []).append(entry)
        children = [{"address": address, "resources": those} for address, those in modules.items() if address]
        return {"resources": modules.get("", []), "child_modules": children}

    def repeated(self) -> dict[str, Any]:
        """Return the `for_each` of every instance of a resource or module, by its address."""
        calls = {str(call[META].get("path")): call.get("for_each") for those in self.modules.values() for call in those}
        return {**calls, **{address: entry["values"].get("for_each") for address, entry in self._entries.items()}}

    def providers(self) -> tuple[dict[str, Location], dict[str, Any]]:
        """Return the place of each provider configuration, and the default tags of the AWS provider without an alias."""
        places: dict[str, Location] = {}
        tags: dict[str, Any] = {}
        for block in self._blocks.get("provider", []):
            values, name = _without_meta(block), str(block[META].get("label"))
            key = f"{name}.{values['alias']}" if isinstance(values.get("alias"), str) else name
            places[key] = Location.read(values.get("region"), account_in_provider(values), key)
            if key == "aws":
                tags = as_dict(walk(values, ("default_tags", 0, "tags")))
        return places, tags


def _with_named_keys(blocks: Blocks) -> Blocks:
    """Return the blocks with addresses that are the same in each run.

    If `for_each` contains an ARN, tfparse has the random id of its resource's block as the key. It is replaced by the address.
    """
    addresses = {str(block.get("id")): str(block[META].get("path")) for those in blocks.values() for block in those}

    def named(block: dict[str, Any]) -> dict[str, Any]:
        path = str(block[META].get("path"))
        if not ID.search(path):
            return block
        path = ID.sub(lambda found: addresses.get(found[0], found[0]).replace('"', '\\"'), path)
        repeated = block.get("for_each")
        if isinstance(repeated, dict):
            repeated = {ID.sub(lambda found: addresses.get(found[0], found[0]), key): repeated[key] for key in repeated}
        return {**block, META: {**block[META], "path": path}, **({"for_each": repeated} if repeated is not None else {})}

    return {kind: [named(block) for block in those] for kind, those in blocks.items()}


class OmittedParts:
    """Resources and modules that tfparse omits because their number is not known, and modules that are missing."""

    def __init__(
        self, configuration: Configuration, evaluated: EvaluatedResources, known: KnownValues, guessed: GuessedValues
    ) -> None:
        self._configuration, self._evaluated, self._known, self._guessed = configuration, evaluated, known, guessed

    def modules(self) -> Iterator[tuple[str, str]]:
        """Yield the addresses of modules whose resources are not read, with the reason."""
        for names, module in self._configuration.modules.items():
            if names and names not in self._evaluated.modules:
                continue
            for name, source in module.missing.items():
                yield _module_address((*names, name)), _why_missing(source)
            for name in module.calls:
                if (*names, name) not in self._evaluated.modules and self._is_repeated_unknown(module, name):
                    yield _module_address((*names, name)), "its for_each is not known"
        for address in self._unevaluated_modules():
            yield address, "tfparse did not evaluate it, so only its literal values are known"

    def resources(self) -> Iterator[Entry]:
        """Yield one instance of each omitted resource, with the values that are literals."""
        unevaluated = set(self._unevaluated_modules())
        for (names, own), block in self._configuration.blocks.items():
            is_omitted = self._has_unknown_number(names, block) and not self._evaluated.contains(names, own)
            for module in self._evaluated.module_addresses if is_omitted else unevaluated:
                if names_of(module) == names:
                    entry = _entry(f"{module}.{own}" if module else own, is_data=own.startswith("data."))
                    yield {**entry, "values": literals(block)}

    def _has_unknown_number(self, names: Names, block: Block) -> bool:
        """Whether it is not known how many instances of a resource there are, although tfparse returns none."""
        repeated, count = block.attributes.get("for_each"), block.attributes.get("count")
        if repeated is not None:
            return not self._known.is_known(names, repeated)
        return count is not None and self._guessed.is_guessed(names, count)

    def _unevaluated_modules(self) -> list[str]:
        addresses = sorted(self._evaluated.module_addresses - {""})
        return [each for each in addresses if self._has_blocks(each) and not self._evaluated.has_content(each)]

    def _has_blocks(self, address: str) -> bool:
        module = self._configuration.modules.get(names_of(address))
        return module is not None and any(source.blocks for source in module.sources)

    def _is_repeated_unknown(self, module: Module, name: str) -> bool:
        call: Block | None = module.named("module", name)
        repeated = call.attributes.get("for_each") if call else None
        return repeated is not None and not self._known.is_known(module.names, repeated)


def _why_missing(source: str) -> str:
    hint = "there is no such folder with Terraform files" if source.startswith(".") else "run terraform init"
    return f"its source {source} is not on this machine: {hint}"


def _module_address(names: Names) -> str:
    return ".".join(f"module.{name}" for name in names)


def _own_name(entry: Entry) -> str:
    return f"{'data.' if entry['mode'] == 'data' else ''}{entry['type']}.{entry['name']}"


def split_address(address: str) -> tuple[str, tuple[Step, ...]]:
    """Split an address into the module's address, and the rest."""
    parts = steps(address)
    modules: list[str] = []
    while len(parts) > 2 and parts[0].name == "module":
        modules.append(f"module.{with_key(parts[1].name, parts[1].key)}")
        parts = parts[2:]
    return ".".join(modules), parts


def _entry(address: str, *, is_data: bool) -> Entry:
    """Return a resource with the parts of its address, and without values."""
    module, parts = split_address(address)
    parts = parts[1:] if is_data else parts
    kind, name = (parts[0].name, parts[1]) if len(parts) > 1 else ("", steps("unnamed.unnamed")[1])
    own = f"{'data.' if is_data else ''}{kind}.{with_key(name.name, name.key)}"
    return {
        "address": f"{module}.{own}" if module else own,
        "mode": "data" if is_data else "managed",
        "type": kind,
        "name": name.name,
        "index": name.key,
        "module": module,
    }


def _without_meta(block: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a block. Nested blocks are lists, as in a plan."""
    values: dict[str, Any] = {}
    for name, value in block.items():
        if name in (META, "id"):
            continue
        if isinstance(value, dict) and META in value:
            values[name] = [_without_meta(value)]
        elif isinstance(value, list) and any(META in each for each in dicts_in(value)):
            values[name] = [_without_meta(each) for each in dicts_in(value)]
        else:
            values[name] = value
    return values
