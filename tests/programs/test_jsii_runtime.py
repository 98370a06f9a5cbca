"""The Node side of jsii runs in one process, says what it has to say, and leaves nothing behind that grows."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from queuesmith.fast_cdktf import jsii_release, jsii_runtime
from tests.conftest import ROOT, Project, own_variables
from tests.programs.python import python
from tests.waiting import PATIENCE

SYNTH = """
    import queuesmith.constructs
    from cdktf import App, TerraformStack
    from cdktf_cdktf_provider_aws.provider import AwsProvider
    from queuesmith.constructs.bindings import SqsQueue
    app = App(outdir=OUT)
    stack = TerraformStack(app, "shop")
    SqsQueue(stack, "queue", name="orders")
"""


def with_output(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script with OUT for its output."""
    return python(f"OUT = {str(folder / 'cdktf.out')!r}\n{textwrap.dedent(script)}", **variables)


def also(script: str) -> str:
    return f"{textwrap.dedent(SYNTH)}\n{textwrap.dedent(script)}"


def test_there_is_one_node_process(tmp_path: Path) -> None:
    script = """
        import os
        from pathlib import Path
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            parents[int(stat.parent.name)] = int(fields[1])
        found = {os.getpid()}
        while more := {child for child, parent in parents.items() if parent in found} - found:
            found |= more
        print(len(found) - 1)
    """
    assert with_output(also(script), tmp_path).stdout == "1\n"


def test_what_is_printed_in_node_arrives_where_it_was_meant_for(tmp_path: Path) -> None:
    loud = tmp_path / "loud.cjs"
    loud.write_text('setImmediate(() => { console.log("said é"); console.error("complained"); });')
    result = with_output(SYNTH, tmp_path, NODE_OPTIONS=f"--require {loud}")
    assert (result.stdout, result.stderr) == ("said é\n", "complained\n")


def test_what_nobody_reads_of_it_stops_nothing(tmp_path: Path) -> None:
    loud = tmp_path / "loud.cjs"
    loud.write_text('for (let i = 0; i < 20; i++) require("fs").writeSync(2, "x".repeat(65536));')
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        then = 'AwsProvider(stack, "aws", region="eu-west-1")\napp.synth()'
        script = f"OUT = {str(tmp_path / 'cdktf.out')!r}\n{also(then)}"
        variables = {**own_variables(), "NODE_OPTIONS": f"--require {loud}"}
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=variables, stderr=theirs, timeout=PATIENCE, check=False)
    finally:
        os.close(theirs)
    assert (tmp_path / "cdktf.out" / "stacks" / "shop" / "cdk.tf.json").is_file()


def test_an_error_of_node_is_the_exception_that_jsii_makes_of_it(tmp_path: Path) -> None:
    script = """
        from cdktf import TerraformStack
        try:
            TerraformStack(app, "shop")
        except RuntimeError as error:
            print(str(error), type(error.__cause__).__name__)
    """
    said = "There is already a Construct with name 'shop' in App JavaScriptError\n"
    assert with_output(also(script), tmp_path).stdout == said


def test_the_runtime_that_the_user_named_is_used(tmp_path: Path) -> None:
    named, mark = tmp_path / "named.cjs", tmp_path / "mark"
    named.write_text(f"require('node:fs').writeFileSync({str(mark)!r}, ''); process.exit(3);")
    command = [sys.executable, "-c", "import queuesmith.constructs, constructs"]
    subprocess.run(command, cwd=ROOT, env=own_variables(JSII_RUNTIME=str(named)), capture_output=True, check=False)
    assert mark.exists()


@pytest.fixture(scope="module")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """On a machine that has never loaded the bindings, with packages of others in a folder above where they are kept."""
    folder = tmp_path_factory.mktemp("first")
    wrong, cache = folder / "node_modules" / "constructs", folder / "cache"
    wrong.mkdir(parents=True)
    (wrong / "package.json").write_text('{"name": "constructs", "version": "0.0.0", "main": "index.js"}')
    (wrong / "index.js").write_text('throw new Error("the wrong constructs");')
    cache.mkdir(mode=0o700)
    script = """
        import time
        from pathlib import Path
        AwsProvider(stack, "aws", region="eu-west-1")
        app.synth()
        print(Path(OUT, "stacks", "shop", "cdk.tf.json").is_file())
        begin = time.monotonic()
        while not list(Path(CACHE).rglob("provider-aws/*/*/.jsii.runtime-index.v1")) and time.monotonic() - begin < 240:
            time.sleep(0.1)
        print(bool(list(Path(CACHE).rglob("provider-aws/*/*/.jsii.runtime-index.v1"))))
    """
    return with_output(
        f"CACHE = {str(cache)!r}\n{also(script)}", folder, JSII_RUNTIME_PACKAGE_CACHE_ROOT=str(cache), NODE_COMPILE_CACHE=""
    )


def test_on_a_machine_that_has_never_loaded_the_bindings_it_works_and_makes_their_index(
    first_load: subprocess.CompletedProcess[str],
) -> None:
    assert first_load.stdout == "True\nTrue\n"


def test_packages_in_a_folder_above_the_cache_are_not_taken_for_those_of_jsii(
    first_load: subprocess.CompletedProcess[str],
) -> None:
    """Else the synth would have ended with what they throw."""
    assert first_load.stderr == ""


def test_nodes_compile_cache_is_found_again_and_does_not_grow_with_every_run(project: Project, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    sizes = []
    for _ in range(3):
        assert project.start("dev", XDG_CACHE_HOME=str(cache), HOME=os.environ.get("HOME", "")).returncode == 0
        sizes.append(len([path for path in (cache / "queuesmith" / "node").rglob("*") if path.is_file()]))
    assert sizes[0] > 100
    assert sizes[1:] == sizes[:1] * 2


@pytest.mark.parametrize("variables", [{"QUEUESMITH_EAGER_BINDINGS": "1"}, {"JSII_RUNTIME_PACKAGE_CACHE": "disabled"}])
def test_where_nothing_would_be_found_again_nothing_is_kept(tmp_path: Path, variables: dict[str, str]) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    assert with_output("import constructs", tmp_path, XDG_CACHE_HOME=str(cache), **variables).returncode == 0
    assert list(cache.rglob("queuesmith/**/*")) == []


def test_what_packages_start_has_streams_of_its_own(tmp_path: Path) -> None:
    """A program that a package in Node starts may write to what it inherits, and read from it, and disturbs nothing."""
    starts = tmp_path / "starts.cjs"
    starts.write_text(
        "setImmediate(() => {"
        "const { execSync, spawnSync } = require('node:child_process');"
        "execSync('echo inherited; cat', { stdio: 'inherit' });"
        "spawnSync('sh', ['-c', 'echo piped >&2'], { stdio: ['ignore', process.stderr, process.stderr] });"
        "});"
    )
    result = with_output(SYNTH, tmp_path, NODE_OPTIONS=f"--require {starts}")
    assert (result.stdout, result.stderr) == ("inherited\n", "piped\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [("PROGRAM_HAS", ("readFD:7",)), ("PROGRAM_HAS", ("var ",)), ("KNOWN", {jsii_release.PROCESS: "0"})],
)
def test_another_release_of_jsii_runs_as_it_does_by_itself(
    name: str, value: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jsii_release, name, value)
    before = list(sys.meta_path)
    with caplog.at_level(logging.DEBUG, "queuesmith.fast_cdktf.jsii_runtime"):
        jsii_runtime.prepare()
    assert sys.meta_path == before
    assert caplog.messages == ["jsii is not the release that is known here, so its own runtime is used"]
