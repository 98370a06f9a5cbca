"""Each worker is packaged for this machine, or the reason why it cannot run here is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.local.host_packages import host_packages
from queuesmith.settings.environment import EnvironmentSettings


def settings(**workers: dict[str, object]) -> EnvironmentSettings:
    content = {name: {"function": function} for name, function in workers.items()}
    return EnvironmentSettings.model_validate(
        {"environment": "dev", "region": "eu-west-1", "backend": {"type": "local"}, "workers": content}
    )


def test_each_worker_is_packaged_once_from_its_own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for source in ("handlers/orders", "workers/mail"):
        (tmp_path / source).mkdir(parents=True)
        (tmp_path / source / "main.py").write_text("def lambda_handler(event, context): ...\n")
        (tmp_path / source / "requirements.txt").touch()
    packages = host_packages(
        settings(
            orders={"artifact": {"zip": "build/orders.zip"}},
            reports={"artifact": {"s3": {"bucket": "b", "key": "k"}}, "code": "handlers/orders"},
            mail={"artifact": {"zip": "build/mail.zip"}, "code": "workers/mail"},
        )
    )
    assert packages.keys() == {"dev-orders", "dev-reports", "dev-mail"}
    assert packages["dev-orders"] == packages["dev-reports"] != packages["dev-mail"]
    assert all(path.is_file() for path in packages.values())
    assert {path.name for path in (tmp_path / "build").glob("*.zip")} == {"orders.zip", "mail.zip"}


def test_function_from_an_image_is_refused() -> None:
    image = f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/mail@sha256:{'0' * 64}"
    with pytest.raises(UsageError) as refused:
        host_packages(settings(orders={"artifact": {"zip": "build/orders.zip"}}, mail={"artifact": {"image": image}}))
    assert str(refused.value) == (
        "dev: mail: function.artifact is an image, but the emulator runs only Python handlers from a zip. "
        "Set function.artifact.zip in dev, or use an environment that has a zip"
    )


def test_function_that_is_not_python_is_refused() -> None:
    with pytest.raises(UsageError, match=r'^dev: mail: function\.runtime is "nodejs22\.x", but only Python functions'):
        host_packages(settings(mail={"artifact": {"zip": "build/mail.zip"}, "runtime": "nodejs22.x"}))
