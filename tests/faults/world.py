"""The emulator with the environment `prove`, applied once by real Terraform. Every test injects its faults into it."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from queuesmith.common.files import replace_file
from queuesmith.common.progress import ProgressBoard
from queuesmith.local.emulator import START_TIMEOUT, Emulator, Endpoint, is_reachable
from queuesmith.local.python_environments import environment_python
from queuesmith.local.stack_copy import SERVICES, copy_stack, resource_count
from queuesmith.local.terraform_cli.runner import ResourceEvent, Terraform
from queuesmith.local.user_settings import terraform_environment
from queuesmith.packaging.build import build_zip
from queuesmith.packaging.platforms import Platform
from tests.conftest import CACHE, ROOT, Project
from tests.waiting import wait_for
from tests.workers.packages import package_with

CONFIG = Path(__file__).with_name("config")
REGION = "eu-central-1"
WORLD_FILE = "QUEUESMITH_PROVE_WORLD"
"""Names the file that describes a running world."""
RESTART = "restart"
"""The file in the emulator's folder that requests a restart. The next one has the id of the emulator's process."""
PROCESS = "process"
WORKERS = 2
"""The number of workers of each kind: one for each pytest process."""
CANARY_SECRET, CANARY_PARAMETER = "canary-secret-81d2c7", "canary-parameter-55e0f3"
"""The values of the workers' secrets and parameters. Plain words, which no scanner would recognize as secrets."""
PARALLELISM = 100
"""Resources that Terraform creates in parallel: the provider waits 25 s for each queue."""


class FaultyEmulator(Emulator):
    """An emulator that keeps its state when it shuts down, and whose poller fails on a test's request."""

    launcher = Path(__file__).with_name("launcher.py")

    def __init__(self, python: Path, variables: Mapping[str, str]) -> None:
        """`variables` are added to its environment, which the handlers inherit."""
        self._variables = variables
        super().__init__(python)

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), **self._variables}

    def _start(self) -> None:
        super()._start()
        replace_file(self.folder / PROCESS, str(self.process.pid))  # another process can be reading it

    def restart_on_request(self, ended: threading.Event) -> None:
        """Watch for the file with which a test, perhaps in another process, requests a restart."""
        request = self.folder / RESTART
        while not ended.wait(0.05):
            if request.exists():
                request.unlink()
                self.process.terminate()
                try:
                    self.process.wait(START_TIMEOUT)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    self.process.wait()
                self._start()


@dataclass(frozen=True)
class World:
    """The addresses of a running world. All fields are plain strings, so that several processes can share it."""

    url: str
    """The emulator's endpoint."""
    folder: str
    root: tuple[str, str]
    """Root's credentials."""
    ledger: str
    project: str
    package: str
    """The package of the faulty handlers for this machine."""
    sample: str
    """The package of the sample for this machine."""
    key: str
    """The ARN of the key that `keeper` can use."""
    outputs: dict[str, Any]
    seconds: float
    """Seconds that it took to bring the world up."""

    @classmethod
    def load(cls, file: Path) -> World:
        return cls(**json.loads(file.read_text()))

    def save(self, file: Path) -> None:
        replace_file(file, json.dumps(asdict(self)), private=True)

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.url, Path(self.folder) / "ca.pem", *self.root)

    def client(self, service: str, **more: Any) -> Any:
        """A client with root's credentials, or with the given ones."""
        return self.endpoint.client(service, REGION, **more)

    def messages(self, queue_url: str) -> list[str]:
        """The bodies in a queue, including invisible ones. This does not receive them."""
        query = urllib.parse.urlencode({"QueueUrl": queue_url})
        context = ssl.create_default_context(cafile=str(self.endpoint.ca_bundle))
        as_root = {"Authorization": f"AWS4-HMAC-SHA256 Credential={self.root[0]}/"}
        request = urllib.request.Request(f"{self.url}/_ministack/sqs/messages?{query}", headers=as_root)  # noqa: S310
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310
            accounts = json.load(answer)["messages"]
        queues = [queue for regions in accounts.values() for urls in regions.values() for queue in urls.values()]
        return [message["Body"] for queue in queues for message in queue]

    @property
    def process(self) -> int:
        """The id of the emulator's process."""
        return int(Path(self.folder, PROCESS).read_text())

    def begin_restart(self) -> int:
        """Ask the process that started the emulator to restart it. Its state is kept. Returns the present process id."""
        before = self.process
        Path(self.folder, RESTART).touch()
        wait_for(lambda: not Path(self.folder, RESTART).exists(), "it is being ended", pause=0.01)
        return before

    def end_restart(self, before: int) -> None:
        """Wait until the emulator is a new process and answers."""
        wait_for(lambda: self.process != before and is_reachable(self.endpoint), "it has started again", pause=0.05)

    def orders(self) -> dict[str, str]:
        """The orders in the table: the digest of each, by id."""
        request = {"TableName": "prove-orders", "ProjectionExpression": "order_id, digest"}
        pages = self.client("dynamodb").get_paginator("scan").paginate(**request)
        return {item["order_id"]["S"]: item["digest"]["S"] for page in pages for item in page["Items"]}


@contextmanager
def started_world(folder: Path, console: Console | None = None) -> Iterator[World]:
    """Bring up a new world, and remove it at the end. `console` shows the progress, if there is one."""
    begin = time.monotonic()
    ledger = folder / "ledger"
    ledger.mkdir(parents=True)
    faulty = package_with("faulty", folder / "package", patient=False)
    sample = build_zip(ROOT / "handlers" / "orders", folder / "package" / "orders.zip", Platform()).path
    variables = {"QUEUESMITH_LEDGER": str(ledger), "PERSIST_STATE": "1", "STATE_DIR": str(folder / "state")}
    with FaultyEmulator(environment_python(ROOT, "emulator"), variables) as emulator:
        (emulator.folder / "poller").mkdir()
        _keep_canaries(emulator.endpoint)
        key = emulator.endpoint.client("kms", REGION).create_key()["KeyMetadata"]["Arn"]
        project = synthesized(folder / "project", key, faulty)
        outputs = _apply(project, emulator.endpoint, folder, faulty, sample, console or Console(quiet=True))
        world = World(
            emulator.endpoint.url,
            str(emulator.folder),
            (emulator.endpoint.access_key_id, emulator.endpoint.secret_access_key),
            str(ledger),
            str(project.folder),
            str(faulty),
            str(sample),
            key,
            outputs,
            time.monotonic() - begin,
        )
        ended = threading.Event()
        watch = threading.Thread(target=emulator.restart_on_request, args=(ended,))
        watch.start()
        try:
            yield world
        finally:
            ended.set()
            watch.join()


def _keep_canaries(endpoint: Endpoint) -> None:
    """Create the canary values first, so that they exist during plan, apply and packaging."""
    secrets, ssm = (endpoint.client(service, REGION) for service in ("secretsmanager", "ssm"))
    for number in range(1, WORKERS + 1):
        secrets.create_secret(Name=f"prove/mail{number}", SecretString=CANARY_SECRET)
        ssm.put_parameter(Name=f"/prove/limit{number}", Value=CANARY_PARAMETER, Type="String")


def synthesized(folder: Path, key: str, package: Path) -> Project:
    """A project with the settings of this suite, synthesized by `python main.py`."""
    project = Project(folder, CONFIG)
    each = (CONFIG / "each.toml").read_text()
    workers = [each.replace("NUMBER", str(number)) for number in range(1, WORKERS + 1)]
    project.write("prove.toml", "\n".join([(CONFIG / "prove.toml").read_text(), *workers]).replace('"KEY"', f'"{key}"'))
    (folder / "config" / "each.toml").unlink()
    shutil.copy(package, folder / "build" / "orders.zip")
    result = project.run("prove")
    assert result.returncode == 0, result.stderr
    return project


def _apply(project: Project, endpoint: Endpoint, folder: Path, faulty: Path, sample: Path, console: Console) -> dict[str, Any]:
    from queuesmith.settings.loading import load

    settings = load(project.folder / "config", ["prove"]).environments["prove"].settings
    samples = {"soak", "stranger"}
    packages = {worker.name: sample if key in samples else faulty for key, worker in settings.workers.items()}
    copy_stack(project.output / "stacks" / "prove", folder / "stack", dict.fromkeys(SERVICES, endpoint.url), packages)
    environment = {**terraform_environment(endpoint), "TF_CLI_ARGS_apply": f"-parallelism={PARALLELISM}"}
    terraform = Terraform(folder / "stack", CACHE, None, environment)
    terraform.init()
    total, done = resource_count(terraform.folder), 0
    with ProgressBoard(console) as board:

        def show(event: ResourceEvent) -> None:
            nonlocal done
            done += event.kind == "apply_complete" and not event.address.startswith("data.")
            board.show("Applied", done, total, "the provider waits 25 s for each queue, and 25 s for its policies")

        terraform.apply(show)
    return terraform.outputs()


@contextmanager
def attached_or_started(folder: Path) -> Iterator[World]:
    """The world that `make prove` has brought up, or a new one for this process."""
    running = os.environ.get(WORLD_FILE)
    if running:
        yield World.load(Path(running))
    else:
        with started_world(folder) as world:
            yield world
