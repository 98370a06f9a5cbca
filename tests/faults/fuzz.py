"""Guided fuzzing of one parser of external input. Runs in a separate environment that has atheris.

    python fuzz.py TARGET EXAMPLES [libFuzzer's options]

EXAMPLES is a folder of inputs for the target, from which fuzzing starts. Their bytes are changed, and in JSON also whole
values. The exit status is not 0 if anything but the documented error was raised, or if one input took too long.
"""

from __future__ import annotations

import copy
import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import atheris

os.environ |= {"POWERTOOLS_LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true", "AWS_DEFAULT_REGION": "eu-central-1"}
with atheris.instrument_imports(include=["handlers", "queuesmith", "queuesmith_worker", "stacks"]):
    from handlers.orders.order import Order
    from queuesmith.checks.settings_check import check_configuration
    from queuesmith.checks.terraform_check import TerraformFile, check_terraform
    from queuesmith.common.errors import UsageError
    from queuesmith.settings.loading import load
    from queuesmith_worker import HandlerSettings, Worker
    from queuesmith_worker.message import Parser
    from queuesmith_worker.outcomes import EventError, InvalidMessageError

TODAY = date(2026, 1, 1)
MOST_CHANGES = 8
"""The largest number of changes in one example. With more, nothing of the example would be left."""
_folder = Path(tempfile.mkdtemp())
_worker = Worker(Order, lambda order: None, HandlerSettings.from_environment({}))
_context: Any = SimpleNamespace(
    function_name="f", memory_limit_in_mb=128, invoked_function_arn="a", aws_request_id="r",
    get_remaining_time_in_millis=lambda: 3_000,
)  # fmt: skip


NASTY: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, 10**30, "", " ", "x", "\ud800", "\x00", "${", "arn:", "a" * 3_000, [], {}, [None], {"a": {}},
)  # fmt: skip
_examples: list[Any] = []
"""The examples that are JSON."""


def places(content: Any) -> list[tuple[Any, Any]]:
    """Every dict and list in a document, with each of its keys."""
    found, stack = [], [content]
    while stack:
        here = stack.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
        for key in keys:
            found.append((here, key))
            stack.append(here[key])
    return found


def document(data: bytes) -> bytes:
    """The bytes themselves, or a JSON example whose changes they choose."""
    choice = atheris.FuzzedDataProvider(data)
    if not _examples or choice.ConsumeBool():
        return data
    content = copy.deepcopy(_examples[choice.ConsumeIntInRange(0, len(_examples) - 1)])
    for _ in range(MOST_CHANGES):
        every = places(content)
        if not every or not choice.remaining_bytes():
            break
        here, key = every[choice.ConsumeIntInRange(0, len(every) - 1)]
        what = choice.ConsumeIntInRange(0, len(NASTY) + 1)
        if what == len(NASTY):
            del here[key]
        elif what > len(NASTY):
            here[key] = choice.ConsumeUnicode(20)
        else:
            here[key] = copy.deepcopy(NASTY[what])
    return json.dumps(content).encode()


def body(data: bytes) -> None:
    """The body of a message."""
    try:
        Parser[Order](Order).parse({"body": document(data).decode(errors="replace")})
    except InvalidMessageError:
        return


def event(data: bytes) -> None:
    """An event from Lambda. The answer names only messages of the event."""
    try:
        given = json.loads(document(data))
    except (ValueError, RecursionError):
        return
    try:
        answer = _worker(given, _context)
    except EventError:
        return
    ids = {record["messageId"] for record in given["Records"]}
    assert answer.keys() == {"batchItemFailures"}
    assert all(item.keys() == {"itemIdentifier"} and item["itemIdentifier"] in ids for item in answer["batchItemFailures"])


def plan(data: bytes) -> None:
    """A plan, or a file that a user mistakes for one."""
    try:
        check_terraform([TerraformFile("plan.json", document(data))], today=TODAY)
    except UsageError:
        return


def settings(data: bytes) -> None:
    """A file under config/."""
    (_folder / "dev.toml").write_bytes(data)
    check_configuration(load(_folder, ["dev"]), TODAY, check_zips=False)


TARGETS = {function.__name__: function for function in (body, event, plan, settings)}


def main() -> None:
    """Fuzz until libFuzzer's limit of time."""
    name, examples, *options = sys.argv[1:]
    _examples.extend(json.loads(path.read_text()) for path in sorted(Path(examples).glob("*.json")))
    atheris.Setup([sys.argv[0], *options, examples], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
