"""Node as jsii starts it with `fast_cdktf`: which Node, its options, one process instead of two, and changes in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, Project
from tests.programs.python import python

SETTINGS = "JSII_NODE", "JSII_RUNTIME", "NODE_OPTIONS"


def settings(after: str = "", **variables: str) -> list[str]:
    """Return the values of these variables after our constructs have been imported and `after` has run."""
    script = f"import os, queuesmith.constructs\n{after}\nfor name in {SETTINGS}: print(os.environ.get(name))"
    return python(script, **variables).stdout.splitlines()


def in_node(script: str) -> str:
    """The output of a script in Node with our file loaded."""
    command = [settings()[0], "--require", str(ROOT / "queuesmith" / "fast_cdktf" / "in_node.cjs"), "-e", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_users_own_node_runtime_and_options_are_kept() -> None:
    theirs = {"JSII_NODE": "/usr/bin/mynode", "JSII_RUNTIME": "/my/runtime.js", "NODE_OPTIONS": "--stack-trace-limit=5"}
    node, runtime, options = settings(**theirs)
    assert (node, runtime) == ("/usr/bin/mynode", "/my/runtime.js")
    assert options.startswith("--stack-trace-limit=5 --require ")
    assert "--preserve-symlinks" not in options


def test_node_24_is_the_default() -> None:
    assert subprocess.check_output([settings()[0], "--version"], text=True).startswith("v24.")


@pytest.mark.parametrize(
    ("before", "nodes"),
    [
        ("import queuesmith.constructs", "1 0"),
        ("from queuesmith.fast_cdktf import install; install()", "1 0"),
        ("", "1 1"),  # unpatched jsii: the first Node starts the second
        ("from queuesmith.fast_cdktf import install, installation; installation.CHANNEL = 'readFD:4'; install()", "1 1"),
    ],
    ids=["our constructs", "any app", "unpatched jsii", "a program that looks different"],
)
def test_jsii_starts_one_node(before: str, nodes: str) -> None:
    script = f"""
        import pathlib
        {before}
        import constructs, os
        def children(process):
            return [int(each) for each in pathlib.Path(f"/proc/{{process}}/task/{{process}}/children").read_text().split()]
        started = children(os.getpid())
        print(len(started), len(children(started[0])))
    """
    assert python(script).stdout == f"{nodes}\n"


def test_later_programs_do_not_inherit_jsii_variables() -> None:
    _, runtime, options = settings(after="import constructs")
    assert runtime == "None"
    assert "--preserve-symlinks" not in options


def test_output_of_node_goes_to_the_same_stream(tmp_path: Path) -> None:
    printing = tmp_path / "printing.cjs"
    to_stderr = "process.stderr.write('to stderr', () => console.error('!'));"
    printing.write_text(f"setImmediate(() => {{ console.log('to stdout: \u00e9'); {to_stderr} }});")
    script = """
        import os
        os.environ["NODE_OPTIONS"] = f'--require "{PRINTING}"'
        import queuesmith.constructs
        from cdktf import App
        App()
        print("Python's own")
    """
    result = python(script.replace("{PRINTING}", str(printing)))
    assert sorted(result.stdout.splitlines()) == ["Python's own", "to stdout: \u00e9"]
    assert result.stderr == "to stderr!\n"


def test_unexpected_index_is_loaded_unchanged(tmp_path: Path) -> None:
    library = tmp_path / "node_modules" / "@cdktf" / "provider-aws" / "lib"
    (library / "sqs-queue").mkdir(parents=True)
    (library / "sqs-queue" / "index.js").write_text('console.log("loaded"); exports.SqsQueue = 1;')
    prologue = '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.sqsQueue = void 0;\n'
    ordinary = f'{prologue}exports.sqsQueue = require("./sqs-queue");\n'
    use = f'const aws = require({str(library)!r}); console.log("required"); aws.sqsQueue.SqsQueue; aws.sqsQueue;'

    def run(index: str) -> list[str]:
        (library / "index.js").write_text(index)
        return in_node(use).split()

    assert run(ordinary) == ["required", "loaded"]
    assert run(f"{ordinary}exports.more = 1;\n") == ["loaded", "required"]


def test_token_stack_traces_are_empty_unless_the_file_is_unexpected(tmp_path: Path) -> None:
    file = tmp_path / "node_modules" / "cdktf" / "lib" / "tokens" / "private" / "stack-trace.js"
    file.parent.mkdir(parents=True)
    begin = 'exports.stack = () => { const object = { stack: "" }; const below = null;'
    capture, end = "Error.captureStackTrace(object, below);", "if (!object.stack) { return 0; } return 1; };"

    def run(source: str) -> str:
        file.write_text(source)
        return in_node(f"console.log(require({str(file)!r}).stack())")

    assert run(f"{begin} {capture} {end}") == "0\n"
    assert run(f"{begin} {capture} {capture} {end}") == "1\n"


def test_a_path_with_spaces_and_quotes_works(tmp_path: Path) -> None:
    project = Project(tmp_path / 'a "quoted" folder')
    (project.folder / "queuesmith").unlink()
    shutil.copytree(ROOT / "queuesmith", project.folder / "queuesmith", ignore=shutil.ignore_patterns("__pycache__"))
    result = project.start("dev")
    assert (result.returncode, result.stderr) == (0, "")
    assert (project.output / "stacks" / "dev" / "cdk.tf.json").exists()
