"""`python main.py`: the files that it writes, its errors, and the files that it keeps."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests import in_process
from tests.conftest import ROOT, Project, a_zip

FAULT = "[workers.orders.queue]\nvisibility_timeout = 3"


def test_every_environment_in_config_is_written(project: Project) -> None:
    result = project.run()
    assert (result.returncode, result.stdout, result.stderr) == (0, "cdktf.out/stacks: dev, prod, staging\n", "")
    written = {path for path in project.snapshot() if path.endswith(".json")}
    assert written == {"manifest.json", *(f"stacks/{name}/cdk.tf.json" for name in ("dev", "prod", "staging"))}


def test_required_version_depends_on_the_environments_features(project: Project) -> None:
    project.run()
    found = {name: (project.output / "stacks" / name / "versions.tf").read_text() for name in ("dev", "prod")}
    versions = {name: re.findall(r'^  required_version = "(.*)"$', text, re.MULTILINE) for name, text in found.items()}
    assert versions == {"dev": [">= 1.6.0"], "prod": [">= 1.10.0"]}  # 1.10.0 added locks in S3


def test_settings_of_this_checkout_are_valid() -> None:
    result = in_process.synth(ROOT, ["--check"], {**os.environ, "ENVIRONMENTS": ""})
    assert (result.returncode, result.stdout) == (0, ""), result.stderr


def test_synth_that_ends_while_its_folder_is_listed_does_no_harm(project: Project) -> None:
    project.output.mkdir()
    (project.output / ".partial-gone").symlink_to("no longer there")
    assert project.run("dev").returncode == 0


def test_two_synths_in_two_folders_give_the_same_bytes(project: Project, tmp_path: Path) -> None:
    other = Project(tmp_path / "elsewhere" / "deeper")
    os.utime(other.folder / "build" / "orders.zip", (0, 0))
    assert project.start().returncode == other.start(TZ="Pacific/Auckland", LC_ALL="C").returncode == 0
    assert project.snapshot() == other.snapshot()


def test_no_path_of_this_machine_is_in_the_output(project: Project) -> None:
    project.run()
    content = b"\n".join(project.snapshot().values())
    assert str(project.folder).encode() not in content
    assert str(ROOT).encode() not in content
    assert str(Path.home()).encode() not in content


def test_local_zip_is_copied_into_the_stack_folder(project: Project) -> None:
    project.run("dev")
    stack = project.output / "stacks" / "dev"
    (function,) = json.loads((stack / "cdk.tf.json").read_text())["resource"]["aws_lambda_function"].values()
    assert (stack / function["filename"]).read_bytes() == (project.folder / "build" / "orders.zip").read_bytes()


def test_invalid_visibility_timeout_is_refused_before_writing(project: Project) -> None:
    project.add("dev.toml", FAULT)
    result = project.run()
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == (
        "error: dev: orders: queue.visibility_timeout is 3 s, but function.timeout is 3 s: a message can become visible again "
        "while the function is still processing it, and is then processed twice. Remove queue.visibility_timeout (default: 18 "
        "s, 6 × function timeout + batching window), or set it above 3 (config/dev.toml:17) [QL001]\n1 error in the settings. "
        "Nothing was written.\n"
    )
    assert not project.output.exists()


def test_refused_synth_leaves_the_previous_output_unchanged(project: Project) -> None:
    project.run()
    before = project.snapshot()
    project.add("dev.toml", FAULT)
    assert project.run().returncode == 2
    assert project.snapshot() == before


def test_shape_problems_and_findings_are_reported_together(project: Project) -> None:
    project.add("dev.toml", FAULT)
    project.add("prod.toml", 'colour = "red"')
    result = project.run()
    assert result.returncode == 2
    assert "dev: orders: queue.visibility_timeout is 3 s" in result.stderr
    assert 'prod: "workers.orders.alarms.colour" is not a setting' in result.stderr
    assert result.stderr.endswith("2 errors in the settings. Nothing was written.\n")


def test_problem_in_common_toml_is_reported_once_with_its_environments(project: Project) -> None:
    for file, before, after in (("common", "memory = 256", "memory = 64"), ("prod", "memory = 512", "memory = 32")):
        path = project.folder / "config" / f"{file}.toml"
        path.write_text(path.read_text().replace(before, after))
    result = project.run()
    assert (result.returncode, result.stderr) == (
        2,
        "error: dev, staging: orders: function.memory is 64 MB, but 128 to 10,240 MB is allowed. Set function.memory to a "
        "value in that range (config/common.toml:18) [QL201]\n"
        "error: prod: orders: function.memory is 32 MB, but 128 to 10,240 MB is allowed. Set function.memory to a value "
        "in that range (config/prod.toml:27) [QL201]\n"
        "2 errors in the settings. Nothing was written.\n",
    )


def test_environments_are_named_in_order_even_if_one_is_invalid(project: Project) -> None:
    project.add("dev.toml", 'colour = "red"')
    common = project.folder / "config" / "common.toml"
    common.write_text(common.read_text().replace("memory = 256", "memory = 64"))
    first, second, _ = project.run().stderr.splitlines()
    assert first.startswith('error: dev: "workers.orders.logs.colour" is not a setting. ')
    assert second.startswith("error: staging: orders: function.memory is 64 MB")


def test_missing_zip_error_says_what_to_run(project: Project) -> None:
    (project.folder / "build" / "orders.zip").unlink()
    result = project.run("dev")
    assert result.returncode == 2
    assert result.stderr == (
        'error: dev: orders: function.artifact.zip is "build/orders.zip", which does not exist. Run: queuesmith package '
        "(config/common.toml:19)\n1 error in the settings. Nothing was written.\n"
    )


def test_package_that_is_not_a_zip_is_refused(project: Project) -> None:
    (project.folder / "build" / "orders.zip").write_text("not a zip")
    result = project.run("dev")
    assert result.returncode == 2
    assert 'function.artifact.zip is "build/orders.zip", which is not a zip file. Run: queuesmith package' in result.stderr


def test_control_characters_in_a_file_do_not_reach_the_terminal(project: Project) -> None:
    project.write("dev.toml", '"\\u001b[31m" = 1')
    result = project.run("dev")
    assert result.returncode == 2
    assert "\x1b" not in result.stderr
    assert r'dev: "\x1b[31m" is not a setting' in result.stderr


def test_control_characters_in_a_finding_do_not_reach_the_terminal(project: Project) -> None:
    project.write("dev.toml", '[workers.orders.function]\nruntime = "\\u001b[31mpython"\nartifact.zip = "\\u001b[31m.zip"')
    result = project.run("dev")
    assert "\x1b" not in result.stderr
    assert r'function.runtime is "\x1b[31mpython"' in result.stderr
    assert r'function.artifact.zip is "\x1b[31m.zip", which does not exist' in result.stderr


def test_zip_with_an_impossible_name_is_missing(project: Project) -> None:
    project.write("dev.toml", f'workers.orders.function.artifact.zip = "{"x" * 300}"')
    result = project.run("dev")
    assert (result.returncode, "which does not exist. Run: queuesmith package" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    "text", ['"[key]" = 1', "tags.x = -inf", 'tags."${TfToken[TOKEN.99]}" = "x"', 'region = "${TfToken[TOKEN.99]}"']
)
def test_odd_keys_and_tokens_are_refused_without_a_traceback(project: Project, text: str) -> None:
    project.write("dev.toml", text)
    result = project.run("dev")
    assert (result.returncode, "Traceback" in result.stderr) == (2, False), result.stderr


def test_malformed_toml_is_named_without_a_traceback(project: Project) -> None:
    project.write("dev.toml", "[workers")
    result = project.run()
    assert result.returncode == 2
    assert result.stderr.startswith("error: dev: the file is not valid TOML: Expected ']' at the end of a table declaration")
    assert "Traceback" not in result.stderr


def test_one_environment_can_be_written_without_the_others(project: Project) -> None:
    project.run()
    before = project.snapshot()
    project.add("dev.toml", "[workers.orders.alarms]\nerrors = 7")
    assert project.run("dev").returncode == 0
    after = project.snapshot()
    assert {path for path in after if after[path] != before[path]} == {"stacks/dev/cdk.tf.json"}
    assert list(json.loads(after["manifest.json"])["stacks"]) == ["dev", "prod", "staging"]


def test_environment_removed_from_config_is_removed_from_the_output(project: Project) -> None:
    project.run()
    (project.folder / "config" / "staging.toml").unlink()
    project.run("dev")
    assert list(json.loads(project.snapshot()["manifest.json"])["stacks"]) == ["dev", "prod"]
    assert not (project.output / "stacks" / "staging").exists()


def test_terraforms_files_in_a_stack_folder_stay(project: Project) -> None:
    project.run("dev")
    lock = project.output / "stacks" / "dev" / ".terraform.lock.hcl"
    lock.write_text("# locked")
    project.run("dev")
    assert lock.read_text() == "# locked"


def test_the_previous_package_is_removed_when_it_changes(project: Project) -> None:
    project.run("dev")
    (project.folder / "build" / "orders.zip").write_bytes(a_zip("something new"))
    project.run("dev")
    (zipped,) = (project.output / "stacks" / "dev").rglob("*.zip")
    assert zipped.read_bytes() == a_zip("something new")


def test_check_writes_nothing_and_needs_no_package(project: Project) -> None:
    (project.folder / "build" / "orders.zip").unlink()
    result = project.run("", "--check")
    assert (result.returncode, result.stderr) == (0, "")
    project.add("dev.toml", FAULT)
    assert project.run("", "--check").returncode == 2
    assert not project.output.exists()


def test_check_reports_a_handler_that_the_package_would_lack(project: Project) -> None:
    (project.folder / "handlers" / "orders").mkdir(parents=True)
    (project.folder / "handlers" / "orders" / "main.py").write_text("def lambda_handler(event, context): ...\n")
    assert project.run("dev", "--check").returncode == 0
    project.write("dev.toml", 'workers.orders.function.handler = "handlers.orders.main.lambda_handlr"')
    prod = (project.folder / "config" / "prod.toml").read_text()
    project.write("prod.toml", prod.replace("memory = 512", 'handler = "of.another.zip"'))  # its code is in S3
    result = project.run("", "--check", "--quiet")
    assert result.returncode == 2
    assert result.stderr == (
        'error: dev: orders: function.handler is "handlers.orders.main.lambda_handlr", but handlers/orders/main.py has no '
        'function lambda_handlr. Set function.handler to "handlers.orders.main.lambda_handler" (config/dev.toml:1)\n'
        "1 error in the settings. Nothing was written.\n"
    )


def test_second_worker_is_added_to_the_first(project: Project) -> None:
    shutil.copy(project.folder / "build" / "orders.zip", project.folder / "build" / "mail.zip")
    project.add("dev.toml", '[workers.mail.function]\nartifact.zip = "build/mail.zip"')
    assert project.run("dev").returncode == 0
    resources = json.loads(project.snapshot()["stacks/dev/cdk.tf.json"])["resource"]
    names = {queue["name"] for queue in resources["aws_sqs_queue"].values()}
    assert names == {"dev-orders", "dev-orders-dlq", "dev-mail", "dev-mail-dlq"}
