"""The values of a root module's variables: files that Terraform reads automatically, `--var-file`, and `--var`."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from queuesmith.common.errors import UsageError
from queuesmith.readers.terraform.hcl import Variables
from queuesmith.readers.terraform.hcl.folder import FolderReader, Module
from queuesmith.readers.terraform.hcl.syntax import Attribute, parse

_ENVIRONMENT = "TF_VAR_"
_JSON = ".json"
_FIRST = ("terraform.tfvars", "terraform.tfvars.json")
_AUTOMATIC = (".auto.tfvars", ".auto.tfvars.json")


@contextmanager
def variable_files(reader: FolderReader, given: Variables) -> Iterator[tuple[list[Path], set[str]]]:
    """Yield the files with the values of variables, in the order in which they apply, and the names of the set variables.

    The order is Terraform's: TF_VAR_NAME in the environment, terraform.tfvars, *.auto.tfvars by name, --var-file, --var.
    The root module is read only if the types of variables are needed. Raises UsageError for an option, file or folder that
    cannot be used.
    """
    options = dict(map(_name_and_value, given.values))
    in_environment = [name.removeprefix(_ENVIRONMENT) for name in os.environ if name.startswith(_ENVIRONMENT)]
    types = _types(reader.read()) if options or in_environment else {}
    environment = {name: os.environ[_ENVIRONMENT + name] for name in in_environment if name in types}
    with tempfile.TemporaryDirectory() as folder:
        if given.given is not None:
            files = [Path(folder) / "plan.tfvars.json"]
            files[0].write_text(json.dumps(given.given), encoding="utf-8")
        else:
            first, last = Path(folder) / "environment.tfvars", Path(folder) / "options.tfvars"
            for path, values in ((first, environment), (last, options)):
                lines = [f"{name} = {_expression(value, types.get(name))}\n" for name, value in values.items()]
                path.write_text("".join(lines), encoding="utf-8", errors="surrogateescape")
            files = [first, *_automatic(reader.root), *given.files, last]
        yield files, {name for file in files for name in _names_in(file)}


def _types(root: Module) -> dict[str, Attribute | None]:
    return {block.labels[0]: block.attributes.get("type") for block in root.blocks("variable") if block.labels}


def _name_and_value(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    if not equals or not name.strip().replace("-", "_").isidentifier():
        raise UsageError(f'--var is "{option}", but must be NAME=VALUE, such as --var environment=prod')
    return name.strip(), value


def _expression(value: str, written_type: Attribute | None) -> str:
    """Return a value as an expression. Terraform reads it as an expression unless the variable is a string."""
    text = written_type.text.strip('"') if written_type else "string"
    if text in ("string", "any"):
        return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    return value


def _automatic(folder: Path) -> list[Path]:
    """Return the files that Terraform reads automatically. Raises UsageError if the folder cannot be read."""
    try:
        every = sorted(path for path in folder.iterdir() if path.name.endswith(_AUTOMATIC) and path.is_file())
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from error
    first = [folder / name for name in _FIRST if (folder / name).is_file()]
    return [*first, *every]


def _names_in(file: Path) -> list[str]:
    try:
        content = file.read_bytes()
        if file.name.endswith(_JSON):
            return list(json.loads(content))
    except OSError as error:
        raise UsageError(f"--var-file: {file} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"{file} is not valid JSON: {error}") from error
    return list(parse(content, str(file)).attributes)
