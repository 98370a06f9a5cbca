"""The changes that `local up` reports after an apply."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from queuesmith.common.progress import ProgressBoard
from queuesmith.local import local_environment
from queuesmith.local.terraform_cli.program import Program
from queuesmith.local.terraform_cli.runner import ResourceEvent, Terraform


class ThreeChanges(Terraform):
    """Terraform that replaces one resource and changes another."""

    def apply(self, on_event: Callable[[ResourceEvent], None] = lambda _: None) -> None:
        for address, action in (("a.replaced", "delete"), ("a.replaced", "create"), ("a.kept", "update")):
            for kind in ("apply_start", "apply_complete"):
                on_event(ResourceEvent(address, kind, action))


def test_created_changed_and_destroyed_resources_are_distinguished(tmp_path: Path) -> None:
    terraform = ThreeChanges(tmp_path, tmp_path / "cache", Program("terraform", ("true",)))
    changes = local_environment._apply(terraform, "dev", ProgressBoard(Console(quiet=True)), is_new=False)
    assert changes == {"created": ["a.replaced"], "changed": ["a.kept"], "destroyed": ["a.replaced"]}
