"""Another user of the machine can connect to the emulator, but cannot use it."""

from __future__ import annotations

import hashlib
import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from queuesmith.local.emulator import Emulator
from tests.conftest import a_zip, python_of
from tests.e2e.cloud import REGION, make_role

FUNCTION = f"arn:aws:lambda:{REGION}:000000000000:function:told"
HANDLER = "import os\ndef lambda_handler(event, context):\n    return dict(os.environ)\n"


@pytest.mark.parametrize("key", ["test", "000000000000", "AKIAIOSFODNN7EXAMPLE"])
@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("sqs", "list_queues"),
        ("lambda", "list_functions"),
        ("iam", "list_roles"),
        ("dynamodb", "list_tables"),
        ("sts", "get_caller_identity"),
    ],
)
def test_well_known_keys_are_refused(emulator: Emulator, service: str, call: str, key: str) -> None:
    client = emulator.endpoint.client(service, REGION, aws_access_key_id=key, aws_secret_access_key="test")
    with pytest.raises(ClientError, match="The security token included in the request is invalid"):
        getattr(client, call)()


@pytest.mark.parametrize(
    "path", ["/", "/_ministack/reset", "/_ministack/sqs/messages", "/_ministack/config", "/?Action=ListQueues", "/health"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_requests_without_a_key_are_refused(emulator: Emulator, path: str, method: str) -> None:
    context = ssl.create_default_context(cafile=str(emulator.endpoint.ca_bundle))
    request = urllib.request.Request(emulator.endpoint.url + path, method=method)  # noqa: S310
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, context=context)  # noqa: S310


def test_each_start_has_new_keys_that_no_process_shows(emulator: Emulator) -> None:
    keys = {*emulator.endpoint.keys.values()}
    assert all(len(key) >= 32 for key in keys)
    with Emulator(python_of("emulator")) as other:
        assert not keys & {*other.endpoint.keys.values()}
    shown = [path.read_bytes().decode(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path)]
    assert any(str(emulator.folder) in line for line in shown)
    assert not [line for line in shown for key in keys if key in line]


def test_function_has_keys_that_do_not_follow_from_its_name(emulator: Emulator) -> None:
    role = make_role(
        emulator.endpoint.client("iam", REGION), "told", {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    )
    functions = emulator.endpoint.client("lambda", REGION)
    functions.create_function(
        FunctionName="told", Runtime="python3.13", Role=role, Handler="main.lambda_handler", Code={"ZipFile": a_zip(HANDLER)}
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="told")
    variables: dict[str, Any] = json.load(functions.invoke(FunctionName="told")["Payload"])
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert variables["AWS_ACCESS_KEY_ID"] != f"ASIA{hashlib.sha256(f'{FUNCTION}:{role}'.encode()).hexdigest()[:16].upper()}"
    assert not {*emulator.endpoint.keys.values()} & {*variables.values()}


def test_emulator_listens_on_the_loopback_address_only(emulator: Emulator) -> None:
    sockets = {f"socket:[{inode}]" for inode in _listening_elsewhere()}
    opened = {str(path.readlink()) for path in Path(f"/proc/{emulator.process.pid}/fd").iterdir()}
    assert opened
    assert not opened & sockets


def _listening_elsewhere() -> list[str]:
    """The inodes of TCP sockets that listen on an address other than 127.0.0.1."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return [row[9] for row in rows if row[3] == "0A" and not row[1].startswith("0100007F:")]


def _readable(path: Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:  # it has ended
        return False
