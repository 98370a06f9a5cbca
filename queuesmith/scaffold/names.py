"""The names in the files of a worker: they follow from the worker's name, and are checked before anything is written."""

from __future__ import annotations

import builtins
import keyword
import re

from pydantic import TypeAdapter, ValidationError

from queuesmith.common.errors import UsageError
from queuesmith.rules.wording import quote
from queuesmith.settings.environment import RESERVED_NAMES
from queuesmith.settings.field_types import Name
from queuesmith.settings.loading import COMMON

_PROJECT = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""The state's bucket is PROJECT-terraform-state by default, and S3 allows 63 characters."""
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d")
_IN_TEMPLATES = frozenset(
    {"main", "note", "table", "worker", "field", "base_model", "config_dict", "string_constraints", "text"}
)
"""Names that the generated handler uses for something else."""
_TAKEN = _IN_TEMPLATES | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins))


def check_worker_name(name: str, option: str) -> str:
    """Return a worker's name.

    Parameters
    ----------
    name
        The name that the user chose.
    option
        The option or argument with the name, for the message.

    Raises
    ------
    UsageError
        If settings or Python do not allow the name.

    """
    _check_name(name, option, "orders")
    folder = name.replace("-", "_")
    if name in RESERVED_NAMES:
        raise UsageError(f"{option} is {quote(name)}, a name that the stack uses itself. Choose another name")
    if keyword.iskeyword(folder):
        text = f"{option} is {quote(name)}, a keyword of Python, so no module can have this name. Choose another name"
        raise UsageError(text)
    if name == "stack":
        raise UsageError(f"{option} is {quote(name)}, but tests/test_stack.py is the test of the stacks. Choose another name")
    return name


def check_environment_name(name: str, option: str) -> str:
    """Return an environment's name. Raises UsageError if settings do not allow it."""
    _check_name(name, option, "dev")
    if f"{name}.toml" == COMMON:
        raise UsageError(f"{option} is {quote(name)}, but config/{COMMON} is for all environments. Choose another name")
    return name


def check_project_name(name: str, option: str) -> str:
    """Return a project's name. Raises UsageError if it does not fit into tags and bucket names."""
    if not _PROJECT.fullmatch(name):
        text = "must be at most 40 lowercase letters, digits and hyphens, and begin with a letter"
        raise UsageError(f"{option} is {quote(name)}, but {text}, such as shop")
    return name


def check_region(region: str, option: str) -> str:
    """Return a region. Raises UsageError if it has not the form of an AWS region."""
    if not _REGION.fullmatch(region):
        raise UsageError(f"{option} is {quote(region)}, but must be an AWS region, such as eu-central-1")
    return region


def worker_names(worker: str, *, fifo: bool) -> dict[str, object]:
    """Return the names for the templates of a worker.

    Parameters
    ----------
    worker
        The worker's name, such as `order-lines`.
    fifo
        Whether its queue is FIFO.

    Returns
    -------
    dict
        For example `worker`: order-lines, `folder`: order_lines, `item`: order_line, `Item`: OrderLine, `words`: order line,
        `a_words`: an order line, `variable`: ORDER_LINES_TABLE.

    """
    folder = worker.replace("-", "_")
    item = _singular(folder)
    if item in _TAKEN:
        item = f"{item}_message"
    words = item.replace("_", " ").strip()
    return {
        "worker": worker,
        "fifo": fifo,
        "folder": folder,
        "item": item,
        "Item": "".join(part.capitalize() for part in item.split("_")),
        "words": words,
        "a_words": f"an {words}" if words[0] in "aeiou" else f"a {words}",
        "variable": f"{folder.upper()}_TABLE",
    }


def _singular(name: str) -> str:
    """Return the name of one message: orders → order, entries → entry, mail → mail, addresses → address."""
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is")) and len(name) > 2 else name


def _check_name(name: str, option: str, example: str) -> None:
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        raise UsageError(f"{option} is {quote(name)}, but must be {error.errors()[0]['msg']}, such as {example}") from None
