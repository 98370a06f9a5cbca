"""`queuesmith eject`: the new folder uses the same local state files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import in_process
from tests.unit.eject.stacks import STACK, ejected, mapping, write


@pytest.mark.parametrize(
    ("backend", "path"),
    [
        ({"backend": {"local": {"path": "../../../state/shop.tfstate"}}}, "../state/shop.tfstate"),
        ({"backend": {"local": {"path": "/var/state/shop.tfstate"}}}, "/var/state/shop.tfstate"),
        ({"backend": {"local": {"path": None}}}, "../cdktf.out/stacks/shop/terraform.tfstate"),
        ({"backend": {"local": {}}}, "../cdktf.out/stacks/shop/terraform.tfstate"),
        ({}, "../cdktf.out/stacks/shop/terraform.tfstate"),
    ],
)
def test_local_state_is_the_same_file(backend: dict[str, Any], path: str, folder: Path) -> None:
    files = ejected({**mapping(batch_size=1), "terraform": backend})
    assert files["versions.tf"] == f'terraform {{\n  backend "local" {{\n    path = "{path}"\n  }}\n}}\n'


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        ("states", "../cdktf.out/stacks/shop/states"),
        ("/var/states", "/var/states"),
        (None, "../cdktf.out/stacks/shop/terraform.tfstate.d"),
    ],
)
def test_states_of_other_workspaces_are_the_same_files(stated: str | None, written: str, folder: Path) -> None:
    (STACK / "terraform.tfstate.d").mkdir()
    backend = {"local": {"path": "a.tfstate", "workspace_dir": stated}}
    files = ejected({**mapping(batch_size=1), "terraform": {"backend": backend}})
    assert files["versions.tf"] == (
        'terraform {\n  backend "local" {\n    path          = "../cdktf.out/stacks/shop/a.tfstate"\n'
        f'    workspace_dir = "{written}"\n  }}\n}}\n'
    )


def test_path_of_the_state_follows_links_as_the_system_does(folder: Path) -> None:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "link").symlink_to("deep/er")
    write(mapping(batch_size=1))
    (STACK / "terraform.tfstate").write_text("{}")
    result = in_process.queuesmith("eject", "shop", "--output", "link/infra", folder=folder)
    assert result.returncode == 0, result.stderr
    infra = folder / "link" / "infra"
    path = (infra / "versions.tf").read_text().split('"')[3]
    assert path == "../../../cdktf.out/stacks/shop/terraform.tfstate"
    assert (infra.resolve() / path).samefile(STACK / "terraform.tfstate")


@pytest.mark.parametrize(
    ("backend", "path", "written"),
    [
        ("local", "../net/n.tfstate", "../cdktf.out/stacks/net/n.tfstate"),
        ("local", "/var/n.tfstate", "/var/n.tfstate"),
        ("local", "${local.folder}/n.tfstate", "${local.folder}/n.tfstate"),
        ("s3", "../net", "../net"),
    ],
)
def test_state_of_another_stack_is_the_same_file(backend: str, path: str, written: str, folder: Path) -> None:
    state = {"terraform_remote_state": {"net": {"backend": backend, "config": {"path": path}}}}
    files = ejected({**mapping(batch_size=1), "data": state})
    assert f'config  = {{ path = "{written}" }}\n' in files["main.tf"]
