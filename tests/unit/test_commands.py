"""The console script: exit statuses, and one message for each error that the user can fix."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from unittest import mock

import pytest

from queuesmith import __version__
from queuesmith.settings.loading import load
from tests import in_process
from tests.conftest import Project

HANDLER = "def lambda_handler(event, context):\n    return {}\n"


def queuesmith(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return in_process.queuesmith(*arguments, folder=project.folder, variables={**os.environ, "COLUMNS": "100"})


@pytest.fixture
def with_handler(project: Project) -> Project:
    (project.folder / "handlers" / "orders").mkdir(parents=True)
    (project.folder / "handlers" / "orders" / "main.py").write_text(HANDLER)
    (project.folder / "handlers" / "requirements.txt").write_text("")
    (project.folder / "build" / "orders.zip").unlink()
    return project


def test_package_is_built_at_the_path_in_the_settings(with_handler: Project) -> None:
    result = queuesmith(with_handler, "package", "dev", "orders")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "build/orders.zip: built (arm64-python3.13, 2 files, 0.0 MB)\n"
    assert (with_handler.folder / "build" / "orders.zip").exists()


def test_zip_of_several_environments_is_built_once(with_handler: Project) -> None:
    result = queuesmith(with_handler, "package")
    assert result.stdout == "build/orders.zip: built (arm64-python3.13, 2 files, 0.0 MB)\n"


def test_nothing_is_built_for_an_environment_without_a_local_zip(with_handler: Project) -> None:
    result = queuesmith(with_handler, "package", "prod")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Nothing to build: no worker has a local zip")


def test_environments_option_limits_the_packages(with_handler: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with_handler.write("dev.toml", "broken = ")
    monkeypatch.setenv("ENVIRONMENTS", "staging")
    assert queuesmith(with_handler, "package").returncode == 0


def test_runtime_that_is_not_python_is_named(with_handler: Project) -> None:
    with_handler.write("dev.toml", '[workers.orders.function]\nruntime = "nodejs22.x"')
    result = queuesmith(with_handler, "package", "dev", "orders")
    assert (result.returncode, result.stderr) == (
        2,
        'error: function.runtime is "nodejs22.x", but only Python functions can be packaged. '
        "Set a Python runtime, such as python3.13\n",
    )


def test_two_workers_can_share_a_zip_with_different_handlers(with_handler: Project) -> None:
    (with_handler.folder / "handlers" / "orders" / "mail.py").write_text(HANDLER)
    with_handler.add("dev.toml", '[workers.mail.function]\nhandler = "handlers.orders.mail.lambda_handler"')
    with_handler.add("dev.toml", 'code = "handlers/orders"')
    with_handler.add("dev.toml", 'artifact.zip = "build/orders.zip"')
    result = queuesmith(with_handler, "package", "dev")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "build/orders.zip: built (arm64-python3.13, 3 files, 0.0 MB)\n"


def test_worker_with_its_own_code_is_packaged_from_it(with_handler: Project) -> None:
    mail = with_handler.folder / "workers" / "mail"
    mail.mkdir(parents=True)
    (mail / "main.py").write_text("from workers.mail.letters import send as lambda_handler\n")
    (mail / "letters.py").write_text("def send(event, context):\n    return 'sent'\n")
    (mail / "requirements.txt").write_text("")
    with_handler.write("dev.toml", '[workers.mail.function]\ncode = "workers/mail"\nartifact.zip = "build/mail.zip"')
    result = queuesmith(with_handler, "package", "dev", "mail")
    assert (result.stdout, result.stderr) == ("build/mail.zip: built (arm64-python3.13, 3 files, 0.0 MB)\n", "")
    task = with_handler.folder / "task"  # the folder into which Lambda extracts it
    zipfile.ZipFile(with_handler.folder / "build" / "mail.zip").extractall(task)
    script = "import main; print(main.lambda_handler({}, None))"
    ran = subprocess.run([sys.executable, "-c", script], cwd=task, capture_output=True, text=True, check=True)
    assert ran.stdout == "sent\n"
    assert not (with_handler.folder / "workers" / "build").exists()


def test_missing_code_folder_is_reported_before_anything_is_built(with_handler: Project) -> None:
    with_handler.write("dev.toml", '[workers.mail.function]\ncode = "workers/mail"\nartifact.zip = "build/mail.zip"')
    checked = with_handler.run("dev", "--check")
    assert checked.returncode == 2
    assert (
        'error: dev: mail: function.code is "workers/mail", but this folder does not exist. '
        "Set it to the folder with the code (config/dev.toml:2)"
    ) in checked.stderr.splitlines()


def test_one_zip_for_two_code_folders_is_refused(with_handler: Project) -> None:
    with_handler.write("dev.toml", '[workers.mail.function]\ncode = "mail"\nartifact.zip = "build/orders.zip"')
    result = queuesmith(with_handler, "package", "dev")
    assert (result.returncode, result.stderr) == (
        2,
        "error: dev/orders (handlers/orders) and dev/mail (mail) have the same function.artifact.zip, build/orders.zip. "
        "Set a different path for each worker\n",
    )


def test_one_zip_for_two_architectures_is_refused(with_handler: Project) -> None:
    with_handler.add("staging.toml", '[workers.orders.function]\narchitecture = "x86_64"')
    result = queuesmith(with_handler, "package")
    assert result.returncode == 2
    assert result.stderr == (
        "error: dev/orders (arm64-python3.13) and staging/orders (x86_64-python3.13) have the same function.artifact.zip, "
        "build/orders.zip. Set a different path for each environment\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "there is no environment 'nowhere' in config/. The environments are: dev, prod, staging"),
        (["dev", "mail"], 'dev has no worker "mail". Its workers are: orders'),
        (["dev", "--platform", "vax"], '--platform is "vax", but must be host, or arm64 or x86_64 with a Python runtime'),
    ],
)
def test_invalid_arguments_are_one_message_and_exit_status_2(arguments: list[str], message: str, with_handler: Project) -> None:
    result = queuesmith(with_handler, "package", *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: {message}")
    assert "Traceback" not in result.stderr


def test_handler_in_another_module_error_has_its_full_name(with_handler: Project) -> None:
    (with_handler.folder / "handlers" / "orders" / "mail.py").write_text(HANDLER)
    with_handler.write("dev.toml", '[workers.orders.function]\nhandler = "mail.lambda_handler"')
    result = queuesmith(with_handler, "package", "dev", "orders")
    assert (result.returncode, result.stderr) == (
        1,
        'error: dev: orders: function.handler is "mail.lambda_handler", but mail.py is not at the root of the package '
        "(only main.py is). "
        'Set function.handler to "handlers.orders.mail.lambda_handler"\n',
    )


def test_nothing_is_built_outside_the_project_by_default(with_handler: Project) -> None:
    with_handler.write("dev.toml", '[workers.orders.function]\nartifact.zip = "../outside.zip"')
    result = queuesmith(with_handler, "package", "dev", "orders")
    assert (result.returncode, (with_handler.folder.parent / "outside.zip").exists()) == (2, False)
    assert queuesmith(with_handler, "package", "dev", "orders", "--output", "../outside.zip").returncode == 0


def test_an_output_that_is_a_folder_is_refused(with_handler: Project) -> None:
    result = queuesmith(with_handler, "package", "dev", "orders", "--output", "build")
    expected = "error: build is a folder. Specify a file for the package, such as build/orders.zip\n"
    assert (result.returncode, result.stderr) == (2, expected)


def test_an_output_that_cannot_be_written_is_exit_status_1(with_handler: Project) -> None:
    result = queuesmith(with_handler, "package", "dev", "orders", "--output", "handlers/orders/main.py/orders.zip")
    expected = (
        "error: handlers/orders/main.py is a file, so no folder for the package can be created there. Specify another path "
        "with --output, or in function.artifact.zip\n"
    )
    assert (result.returncode, result.stderr) == (1, expected)


def test_package_and_explain_have_json_output(with_handler: Project) -> None:
    document = json.loads(queuesmith(with_handler, "package", "dev", "--json").stdout)
    (package,) = document["packages"]
    assert (document["version"], package["path"], package["built"]) == (2, "build/orders.zip", True)
    (rule,) = json.loads(queuesmith(with_handler, "explain", "ql001", "--json").stdout)["rules"]
    assert (rule["id"], rule["severities"], rule["enforced_by_aws"]) == ("QL001", ["error", "warning"], False)


def test_version_is_shown(project: Project) -> None:
    assert queuesmith(project, "--version").stdout == f"queuesmith {__version__}\n"


def test_a_package_that_cannot_be_built_is_exit_status_1(with_handler: Project) -> None:
    (with_handler.folder / "handlers" / "orders" / "main.py").write_text("")
    result = queuesmith(with_handler, "package", "dev", "orders")
    assert result.returncode == 1
    assert result.stderr.startswith(
        'error: dev: orders: function.handler is "main.lambda_handler", but handlers/orders/main.py has no'
    )
    assert not (with_handler.folder / "build" / "orders.zip").exists()


def test_an_unknown_command_is_exit_status_2(project: Project) -> None:
    assert queuesmith(project, "fly").returncode == 2


def test_main_builds_the_packages_and_reads_the_settings_once(with_handler: Project) -> None:
    with_handler.add("dev.toml", "[workers.orders.queue]\nmax_receive_count = 4")
    with mock.patch("queuesmith.settings.loading.load", wraps=load) as reading:
        result = with_handler.run("dev", "--package")
    assert reading.call_count == 1
    assert result.returncode == 0
    assert result.stdout == "build/orders.zip: built (arm64-python3.13, 2 files, 0.0 MB)\ncdktf.out/stacks: dev\n"
    assert result.stderr.startswith("warning: dev: orders: queue.max_receive_count is 4")
    assert result.stderr.count("warning: ") == 1


def test_main_builds_no_package_from_settings_with_an_error(with_handler: Project) -> None:
    with_handler.add("dev.toml", "[workers.orders.queue]\nvisibility_timeout = 3")
    result = with_handler.run("dev", "--package")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith("1 error in the settings. Nothing was written.\n")
    assert not (with_handler.folder / "build" / "orders.zip").exists()


def test_main_says_which_package_cannot_be_built(with_handler: Project) -> None:
    (with_handler.folder / "handlers" / "requirements.txt").unlink()
    result = with_handler.run("dev", "--package")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "error: dev: orders: Neither handlers/orders/requirements.txt nor handlers/requirements.txt exists. "
        "Create one that lists the handler's packages with hashes\n"
    )
    assert not with_handler.output.exists()
