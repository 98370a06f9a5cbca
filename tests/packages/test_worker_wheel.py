"""The package `queuesmith-worker`, installed without `queuesmith`, and in the zip of a project that requires it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import queuesmith
from queuesmith.packaging.build import CACHE, build_zip
from queuesmith.packaging.platforms import Platform
from queuesmith_worker.testing import sqs_event
from tests.conftest import ROOT
from tests.packages.distributions import built, installed

HANDLER = """
from pydantic import BaseModel
from queuesmith_worker import HandlerSettings, Worker

class Mail(BaseModel):
    id: str

sent = []
lambda_handler = Worker(Mail, lambda mail: sent.append(mail.id), HandlerSettings.from_environment())
"""
CALL = """
import json, sys
from types import SimpleNamespace
import main

context = SimpleNamespace(
    get_remaining_time_in_millis=lambda: 30_000, function_name="mail", memory_limit_in_mb=256, aws_request_id="r",
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:mail",
)
answer = main.lambda_handler(json.loads(sys.argv[1]), context)
print(json.dumps({"answer": answer, "sent": main.sent, "boto3": "boto3" in sys.modules}))
"""
EVENT = sqs_event('{"id": "a"}', '{"id": 2}')
ENVIRONMENT = {"POWERTOOLS_SERVICE_NAME": "mail", "PATH": "/usr/bin:/bin"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("queuesmith_worker", tmp_path_factory.mktemp("dist"))


def call_handler(python: Path, folder: Path) -> dict[str, Any]:
    """The answer of the handler in a folder, and its output."""
    command = [str(python), "-c", CALL, json.dumps(EVENT)]
    result = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_wheel_has_only_the_toolkit(wheel: Path) -> None:
    about = f"queuesmith_worker-{queuesmith.__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        requirements = [line for line in archive.read(f"{about}/METADATA").decode().splitlines() if "Requires-Dist" in line]
    assert {name.split("/")[0] for name in names} == {"queuesmith_worker", about}
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "queuesmith_worker").rglob("*.py")}
    assert {name for name in names if name.startswith("queuesmith_worker/")} == {*modules, "queuesmith_worker/py.typed"}
    names = [requirement.split()[1].split("<")[0] for requirement in requirements if "extra" not in requirement]
    assert names == ["aws-lambda-powertools", "pydantic"]


def test_toolkit_alone_handles_an_sqs_event(wheel: Path, tmp_path: Path) -> None:
    python = installed(wheel, tmp_path / "environment")
    (tmp_path / "main.py").write_text(HANDLER)
    failures = {"batchItemFailures": [{"itemIdentifier": "message-2"}]}
    assert call_handler(python, tmp_path) == {"answer": failures, "sent": ["a"], "boto3": False}


def test_toolkit_is_packaged_as_a_requirement(wheel: Path, tmp_path: Path) -> None:
    folder = tmp_path / "handlers" / "mail"
    folder.mkdir(parents=True)
    (folder / "main.py").write_text(HANDLER)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    locked = (ROOT / "handlers" / "requirements.txt").read_text()
    (folder.parent / "requirements.txt").write_text(f"queuesmith-worker @ {wheel.as_uri()} --hash=sha256:{digest}\n{locked}")
    (folder.parent / "requirements.in").write_text("queuesmith-worker\n")
    package = build_zip(folder, tmp_path / "mail.zip", Platform(), cache=tmp_path / CACHE, project=tmp_path)
    with zipfile.ZipFile(package.path) as archive:
        assert {"main.py", "handlers/mail/main.py", "queuesmith_worker/worker.py"} <= set(archive.namelist())
        archive.extractall(tmp_path / "task")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "empty")], check=True)
    assert call_handler(tmp_path / "empty" / "bin" / "python", tmp_path / "task")["sent"] == ["a"]
