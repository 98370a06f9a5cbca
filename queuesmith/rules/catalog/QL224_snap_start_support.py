import re

from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, amount, error, known, limits

_MOST_STORAGE = limits.SNAP_START_EPHEMERAL_STORAGE.high
_RUNTIME = re.compile(r"(python3\.|java|dotnet)(\d+)(\..+)?")
_OLDEST = {"python3.": 12, "java": 11, "dotnet": 8}

RULE = Rule(
    "QL224",
    "a function with SnapStart must have only what SnapStart supports",
    limit=(
        "a managed runtime: Python 3.12, Java 11, .NET 8 or later; no container image; no file system; ephemeral storage of at "
        f"most {amount(_MOST_STORAGE, 'MB')}. Provisioned concurrency, which SnapStart does not support either, is not checked"
    ),
    reason="Lambda refuses to create or to publish the function.",
    remedy="Remove SnapStart, or change the other setting.",
    documentation=limits.SNAP_START,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    if not known(function.snap_start):
        return
    start = f"{function.label} uses SnapStart, which"
    if isinstance(function.runtime, Unknown):
        yield function.runtime
    elif function.runtime is None:
        yield error(function, "snap_start", f"{start} does not support container images")
    elif not _supports(function.runtime):
        text = f'{start} does not support the runtime "{function.runtime}"'
        yield error(function, "runtime", text, "Use Python 3.12, Java 11, .NET 8 or later, or remove SnapStart")
    if isinstance(function.file_systems, Unknown):
        yield function.file_systems
    elif function.file_systems:
        yield error(function, "snap_start", f"{start} does not support file systems (Amazon EFS)")
    storage = function.ephemeral_storage
    if isinstance(storage, Unknown):
        yield storage
    elif storage > _MOST_STORAGE:
        key = function.attribute_path("ephemeral_storage")
        text = f"{start} supports ephemeral storage up to {amount(_MOST_STORAGE, 'MB')}, but {key} is {amount(storage, 'MB')}"
        yield error(function, "ephemeral_storage", text, f"Set {key} to {_MOST_STORAGE}, or remove SnapStart")


def _supports(runtime: str) -> bool:
    found = _RUNTIME.fullmatch(runtime)
    return found is not None and int(found[2]) >= _OLDEST[found[1]]
