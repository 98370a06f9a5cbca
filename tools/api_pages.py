"""docs/toolkit.md and docs/operations.md: what `queuesmith_worker` and `queuesmith.operations` export."""

from __future__ import annotations

from tools.python_api import exports, load, sections

TOOLKIT = (
    "Worker",
    "HandlerSettings",
    "Secret",
    "Delivery",
    "AlreadyDone",
    "NonRetryable",
    "RetryLater",
    "CircuitOpen",
    "pause_on_open",
    "Producer",
    "SendError",
    "logger",
    "note",
    "SHORT_TIMEOUTS",
)
"""The names of the toolkit, in the order in which a handler needs them."""
_TOOLKIT_TEXT = """\
# Toolkit API

The names that handlers import from `queuesmith_worker`, and tests from `queuesmith_worker.testing`. The page
[The Lambda toolkit](worker.md) explains how they work together. `make docs` generates this page from the docstrings.
"""
_OPERATIONS_TEXT = """\
# Operations API

The names that scripts import from `queuesmith.operations`. [The commands](commands.md) call the same functions. `sqs` and other
clients are boto3's. `find_queue` and `find_worker` in `queuesmith.aws` return the queues and workers that the functions need.
`make docs` generates this page from the docstrings.
"""


def toolkit() -> str:
    """The page about `queuesmith_worker` and `queuesmith_worker.testing`."""
    testing = "queuesmith_worker.testing"
    return _page(_TOOLKIT_TEXT, *sections("queuesmith_worker", TOOLKIT), *sections(testing, exports(testing), "testing."))


def operations() -> str:
    """The page about `queuesmith.operations`: functions first, then their results and other names."""
    package = "queuesmith.operations"
    names = sorted(exports(package), key=lambda name: not load(f"{package}.{name}").is_function)
    # the fields of the results are also keys of the commands' JSON, in which None is null
    return _page(_OPERATIONS_TEXT, *(each.replace(" Null ", " None ") for each in sections(package, names)))


def _page(*lines: str) -> str:
    return "\n".join(lines).rstrip() + "\n"
