"""The emulator, real Terraform and the packaged handler. Each test file has its own emulator."""

from __future__ import annotations

import os
import socket
import subprocess
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from queuesmith.common.errors import TerraformError
from queuesmith.local.emulator import Emulator, stop_process_group
from queuesmith.local.terraform_cli.program import find_program
from tests.conftest import python_of, unavailable
from tests.e2e.cloud import ACCOUNT, PASSWORD, Cloud, make_table
from tests.e2e.development import Development
from tests.e2e.runtime_endpoint import RuntimeEndpoint, XRayDaemon
from tests.waiting import wait_for
from tests.workers.packages import package_with


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    try:
        find_program()
    except TerraformError as error:
        unavailable(str(error))
    for environment in ("emulator", "alarms"):
        python_of(environment)


@pytest.fixture
def development(short_folder: Path) -> Iterator[Development]:
    """A development project. Everything that a test leaves running is stopped at the end."""
    development = Development(short_folder)
    try:
        yield development
    finally:
        for process in development.started:
            if process.poll() is None:  # still running because a test has failed
                process.terminate()
                process.communicate()
        development.run("down")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(python_of("emulator")) as running:
        yield running


@pytest.fixture(scope="module")
def alarms_url() -> Iterator[str]:
    """A second emulator (moto), used only for CloudWatch: it answers DescribeAlarms in full."""
    command = [str(python_of("alarms")), str(Path(__file__).with_name("alarms_server.py"))]
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        process = subprocess.Popen(
            command,
            env={"PATH": os.environ["PATH"], "MOTO_ACCOUNT_ID": ACCOUNT},
            start_new_session=True,
            stdin=listening.fileno(),  # pass the open socket: a free port number could be taken before the server listens
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    try:
        wait_for(lambda: _answers(url), "moto answers")
        yield url
    finally:
        stop_process_group(process.pid)
        process.wait()


@pytest.fixture(scope="session")
def host_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's package for this machine."""
    return package_with(None, tmp_path_factory.mktemp("package"), patient=True)


@pytest.fixture(scope="module")
def cloud(emulator: Emulator, host_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    code = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(host_package) as archive:
        archive.extractall(code)
    world = Cloud(emulator, python_of("runtime"), code, "", "")
    sqs = world.client("sqs")
    world.queue_url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    world.dlq_url = sqs.create_queue(QueueName="orders-dlq")["QueueUrl"]
    make_table(world.client("dynamodb"), "orders", "order_id")
    return world


@pytest.fixture
def endpoint() -> Iterator[RuntimeEndpoint]:
    with RuntimeEndpoint() as running:
        yield running


@pytest.fixture
def endpoint_too() -> Iterator[RuntimeEndpoint]:
    with RuntimeEndpoint() as running:
        yield running


@pytest.fixture
def daemon() -> Iterator[XRayDaemon]:
    running = XRayDaemon()
    yield running
    running.close()


@pytest.fixture(scope="module")
def mail_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of a project that has a second worker in its own folder."""
    folder = tmp_path_factory.mktemp("mail")
    with zipfile.ZipFile(package_with("mail", folder, patient=True)) as archive:
        archive.extractall(folder / "task")
    return folder / "task"


@pytest.fixture(scope="module")
def mail_variables(cloud: Cloud) -> dict[str, str]:
    """Create a secret, and a table for the Idempotency records. Returns the worker's variables."""
    arn = cloud.client("secretsmanager").create_secret(Name="mail", SecretString=PASSWORD)["ARN"]
    make_table(cloud.client("dynamodb"), "done", "id")
    return cloud.variables(MAIL_PASSWORD=arn, DONE_TABLE="done", AWS_LAMBDA_LOG_LEVEL="DEBUG", WORKER_TRACING="true")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/moto-api/", timeout=2):  # noqa: S310 - our own server
            return True
    except (OSError, urllib.error.URLError):
        return False
