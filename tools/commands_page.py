"""docs/commands.md: an introduction, and every command as Typer documents it, with the keys of its JSON output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main
from pydantic import ConfigDict, TypeAdapter
from typer.cli import get_docs_for_click

from queuesmith.capacity.alarms import AlarmForecast
from queuesmith.capacity.bounds import Bound
from queuesmith.capacity.costs import CostItem
from queuesmith.capacity.figures import Figures
from queuesmith.cli.app import app
from queuesmith.hcl import Ejection
from queuesmith.local.demo import DemoResult
from queuesmith.local.depths import WorkerDepths
from queuesmith.operations import (
    DropResult,
    LogEvent,
    PeekResult,
    PurgeResult,
    RedriveResult,
    ReleaseResult,
    SendResult,
    SwitchResult,
    TriageResult,
    WorkerStatus,
)
from queuesmith.operations.invocation.handler_run import InvocationResult
from queuesmith.operations.peeking import ShownMessage
from queuesmith.packaging.build import BuiltZip
from queuesmith.scaffold import Addition, NewProject

INTRODUCTION = Path(__file__).with_name("commands_introduction.md")
MODELS: dict[str, dict[str, type]] = {
    "init": {"": NewProject},
    "add worker": {"": Addition},
    "add environment": {"": Addition},
    "status": {"workers[].": WorkerStatus},
    "logs": {"": LogEvent},
    "capacity": {"likely.": Figures, "bounds[].": Bound, "alarms[].": AlarmForecast, "costs[].": CostItem},
    "send": {"": SendResult},
    "pause": {"": SwitchResult},
    "resume": {"": SwitchResult},
    "release": {"": ReleaseResult},
    "purge": {"": PurgeResult},
    "package": {"packages[].": BuiltZip},
    "eject": {"": Ejection},
    "invoke": {"batches[].": InvocationResult},
    "dlq triage": {"": TriageResult},
    "dlq peek": {"": PeekResult, "messages[].": ShownMessage},
    "dlq redrive": {"": RedriveResult},
    "dlq drop": {"": DropResult},
    "dlq purge": {"": PurgeResult},
    "local up": {"workers[].": WorkerDepths},
    "local status": {"workers[].": WorkerDepths},
    "local demo": {"": DemoResult},
}
"""The models in a command's JSON output, by their path in it."""
_SESSION = {
    "running": "Whether an emulator is running. If not, the document has no other keys but `version`.",
    "environment": "The environment that is deployed on it.",
    "region": "The environment's region.",
    "url": "The emulator's URL.",
    "ca_bundle": "The path of the CA certificate for its HTTPS endpoint.",
    "folder": "The folder of the emulator and its state.",
    "exports": "The environment variables that `--exports` prints.",
}
OTHER_KEYS: dict[str, dict[str, str]] = {
    "capacity": {
        "worker": "The worker, or the address of the event source mapping.",
        "answer": "The answer in sentences.",
        "warnings": "Problems, the most serious first.",
        "engine": "`events` or `slots`.",
        "best": "The keys of `likely`, if all uncertain constants have the value that is best for the pipeline.",
        "worst": "The keys of `likely`, if all uncertain constants have the value that is worst for the pipeline.",
        "not_included[]": "Items that can cost money and are not in `costs`.",
        "usd_a_month": "The sum of `costs`. Items that are not priced do not count.",
        "queues_needed": "Number of queues with these settings that are needed to sustain the rate of the peak.",
        "tries[]": "For each `--try`: `changes`, `broken_rules` (messages), and the keys `engine`, `likely`, `best`, `worst`, "
        "`bounds`, `alarms`, `costs`, `not_included` and `usd_a_month`.",
        "targets": "The targets of `--want`.",
        "recommendations[]": "For each recommendation: `changes`, and `figures`, `best` and `worst`, each with the keys of "
        "`likely`. Null without `--want`.",
        "why": "A sentence about the uncertain constant that makes the ranges from `best` to `worst` wide. Null: the ranges "
        "are narrow.",
        "assumed": "A sentence for each unknown value of the pipeline.",
        "profile": "The profile of the constants.",
        "region": "The region of the prices.",
        "workload": "The workload, parsed: `phases`, `per_message`, `message_bytes`, `transient`, `poison`, "
        "`raised`, `filtered`, `groups`, `zipf`, `deploys` and `seed`.",
        "constants": "For each constant, by its name: `likely`, `best`, `worst`, `unit`, `meaning`, `source`, `status` and "
        "`date`.",
    },
    "console": {"url": "The URL to open. It contains the access token."},
    "doctor": {"…": "The same keys as those of `check --json`."},
    "send": {
        "rejected": "Number of messages that were not accepted: the sum of `refused`, `held_back` and `not_sent`.",
        "rejected_file": "The file with the messages that were not accepted. Null if there is none.",
        "not_written": "Number of messages that were not accepted and could not be written to the file.",
        "reasons": "Number of messages for each reason.",
    },
    "check": {
        "findings[]": "`rule`, `severity`, `address`, `message`, `remedy`, `documentation` (the page about the limit), `page` "
        "(the page about the rule), `pipeline`, `file`, `line` and `end_line` of each. `file` is the `.tf` file or, if that is "
        "unknown, the input. `line` is null if it is unknown. For a finding about a suppression, `pipeline` is null, and "
        "`file` is the file with the suppression, or null for `--suppress`.",
        "skipped[]": "`rule`, `pipeline`, `file` and `reason` (the unknown values) of each skipped check.",
        "unresolved[]": "`address`, `file` and `reason` of each resource that could not be assigned to a pipeline.",
        "unread_files[]": "`file` and `reason` of each file of a folder that could not be read.",
        "files_without_pipelines[]": "Each `file` without a pipeline, and what it contains instead.",
        "suppressed[]": "`rule`, `address` and `reason` of each suppressed finding.",
        "summary": "The totals.",
    },
    "explain": {
        "rules[]": "`id`, `severities`, `title`, `limit`, `reason`, `remedy`, `enforced_by_aws`, `documentation` (the page "
        "about the limit) and `page` (the page about the rule) of each."
    },
    "package": {
        "packages[].environment": "The environment.",
        "packages[].worker": "The worker.",
        "packages[].platform": "The platform of the zip, in the form of `--platform`.",
    },
    "invoke": {
        "processed": "Number of messages that Lambda would delete.",
        "failed": "Number of messages that would return to the queue.",
        "function": "The function's name.",
        "handler": "The handler that ran.",
        "code": "The folder that contains it.",
        "events": "With `--dry-run`: the events that the handler would receive. The document has no other keys but `version`.",
    },
    "release": {"deleted_versions": "The old versions of the function that were deleted after the release."},
    "dlq peek": {"export": "The file with the messages. Null without `--export`."},
    "dlq redrive": {"dry_run": "Whether this was a dry run, which moves nothing."},
    "local up": {
        **_SESSION,
        "started": "Whether this command started the emulator. Otherwise it was already running.",
        "created": "The addresses of the resources that were created.",
        "changed": "The addresses of the resources that were changed.",
        "destroyed": "The addresses of the resources that were destroyed.",
        "prerequisites": "Queues, topics, event buses, secrets and parameters that the workers use, and that this "
        "command created because they were missing.",
    },
    "local status": _SESSION,
    "local demo": {
        "lost": "Number of messages that were sent, but are neither written nor in a queue.",
        "extra_copies": "Number of additional copies of messages, for example because a request timed out and was repeated.",
        "expected": "Whether each message has the expected outcome. The exit status is 0 if it is true.",
        "setup_seconds": "Seconds before the apply.",
        "apply_seconds": "Seconds of the apply.",
    },
    "local down": {"stopped": "Whether an emulator was running.", "url": "The emulator's URL. Null if it was not running."},
}
"""Keys that a command adds to its models."""


def page() -> str:
    """The page as Markdown."""
    group: Any = typer.main.get_command(app)
    for name, command in commands(group):
        keys = [f"* `{key}`: {meaning}" for key, meaning in json_keys(name)]
        command.epilog = "\n".join(["**Keys of the JSON**:\n", *keys])
    context = typer.Context(group)
    sections = [
        get_docs_for_click(obj=each, ctx=context, indent=1, call_prefix="queuesmith") for each in group.commands.values()
    ]
    with_blocks = re.sub(r"^Example: (.*)$", r"Example:\n\n    \1", "".join(sections), flags=re.MULTILINE)
    return f"{INTRODUCTION.read_text()}\n{with_blocks.rstrip()}\n"


def commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command of a group, by the words that the user types."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def json_keys(command: str) -> Iterator[tuple[str, str]]:
    """The keys of a command's JSON output, each with its meaning."""
    models = MODELS.get(command, {})
    for path, model in models.items():
        schema = _schema(model)
        for base in model.__mro__[1:-1]:  # pydantic reads the docstrings of a dataclass, but not those that it inherits
            fields = _schema(base)["$defs"][base.__name__]["properties"]
            own = schema["$defs"][model.__name__]["properties"]
            for name, field in fields.items():
                own[name] = {**field, **own[name]}
        keys = _keys(schema["items"], schema["$defs"], path)
        yield from (key for key in keys if not any(key[0].startswith(other) for other in models if len(other) > len(path)))
    yield from OTHER_KEYS.get(command, {}).items()


def _schema(model: type) -> dict[str, Any]:
    return TypeAdapter(list[model], config=ConfigDict(use_attribute_docstrings=True)).json_schema()  # type: ignore[valid-type]


def _keys(schema: Mapping[str, Any], models: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, field in models[schema["$ref"].rpartition("/")[2]]["properties"].items():
        options = [field, *field.get("anyOf", ())]
        listed = next((option["items"] for option in options if "$ref" in option.get("items", ())), None)
        inner = listed or next((option for option in options if "$ref" in option), None)
        key = f"{path}{name}{'[]' if listed else ''}"
        yield key, " ".join(field.get("description", "").split())
        if inner:
            yield from _keys(inner, models, f"{key}.")
