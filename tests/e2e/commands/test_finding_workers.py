"""How the commands find workers: by `config/`, by tags, by names, or by explicit options. And the errors if they find none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.commands.world import REGION, Deployed, World


def test_workers_are_found_by_tags_outside_the_project(world: World, orders: Deployed, fifo: Deployed, tmp_path: Path) -> None:
    result = world.run("status", "dev", folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    rows = [line.split()[0] for line in result.stdout.splitlines()[1:3]]
    assert rows == ["orders", "parcels"]
    alone = world.run("status", "dev", "parcels", folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert alone.stdout.splitlines()[1].startswith("parcels")


def test_worker_without_tags_is_found_by_name(world: World, orders: Deployed, tmp_path: Path) -> None:
    sqs, functions = world.client("sqs"), world.client("lambda")
    for url in (orders.queue, orders.dead_letter_queue):
        sqs.untag_queue(QueueUrl=url, TagKeys=["worker", "environment"])
    arn = functions.get_function(FunctionName="dev-orders")["Configuration"]["FunctionArn"]
    functions.untag_resource(Resource=arn, TagKeys=["worker", "environment"])
    result = world.run("status", "dev", "orders", folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert result.stdout.splitlines()[1].startswith("orders")


@pytest.mark.parametrize("form", ["name", "url", "arn", "function"])
def test_queue_or_function_can_be_named_directly(form: str, world: World, fifo: Deployed, tmp_path: Path) -> None:
    named = {
        "name": ("--queue", "ship-parcels"),
        "url": ("--queue", fifo.queue),
        "arn": ("--queue", fifo.queue_arn),
        "function": ("--function", "ship-parcels"),
    }
    document = world.json("status", *named[form], "--region", REGION, folder=tmp_path, status=1)
    (worker,) = document["workers"]
    assert worker["queue"]["name"] == "ship-parcels.fifo"
    assert worker["dead_letter_queue"]["name"] == "ship-parcels-dlq.fifo"
    assert worker["function"]["name"] == "ship-parcels"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["dev", "mail"], 2, 'dev has no worker "mail". Its workers are: orders'),
        (["nowhere"], 2, "there is no environment 'nowhere' in config/. The environments are: dev, prod, staging"),
        ([], 2, "Specify an environment, for example dev, or a queue: --queue NAME"),
        (["dev", "--queue", "orders"], 2, "Specify either an environment, or --queue, --dlq and --function"),
        (["--queue", "nope"], 1, "No AWS Region is set. Set one: --region, AWS_DEFAULT_REGION, or region in the profile"),
        (["--queue", "nope", "--region", REGION], 1, 'There is no queue "nope" or "nope.fifo" in eu-central-1, or you are not'),
        (["--function", "nope", "--region", REGION], 1, 'The function "nope" has no event source mapping'),
        (["dev", "--profile", "nobody"], 1, "The config profile (nobody) could not be found."),
    ],
)  # fmt: skip
def test_missing_or_ambiguous_target_is_a_one_line_error(arguments: list[str], status: int, message: str, world: World) -> None:
    result = world.run("status", *arguments)
    assert (result.returncode, result.stdout) == (status, "")
    assert result.stderr.lower().startswith(f"error: {message}".lower())
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("variables", "status", "message"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, 1, "There are no usable AWS credentials"),
        ({"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}, 1, "AWS does not accept these credentials (InvalidClientTokenId)"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, 1, "AWS cannot be reached"),
        ({"AWS_ENDPOINT_URL": "somewhere"}, 2, "--endpoint-url, or AWS_ENDPOINT_URL: Invalid endpoint: somewhere"),
    ],
    ids=["no credentials", "unknown credentials", "nobody answers", "no URL"],
)
def test_credential_and_connection_errors_say_what_to_do(variables: Any, status: int, message: str, world: World) -> None:
    result = world.run("status", "dev", AWS_EC2_METADATA_DISABLED="true", HOME=str(world.project.folder), **variables)
    assert result.returncode == status
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1


def test_environment_of_another_account_error_names_its_account(world: World) -> None:
    (worker,) = world.json("status", "prod", status=1)["workers"]
    assert worker["problems"] == [
        'There is no queue "prod-orders" in eu-central-1, or you are not allowed to access it. Is prod deployed in this '
        "account and Region? The settings name account 333333333333"
    ]
    result = world.run("send", "dev", "--body", "x")
    expected = (
        'error: There is no queue "dev-orders" in eu-central-1, or you are not allowed to access it. Is dev deployed in this '
        "account and Region?\n"
    )
    assert (result.returncode, result.stderr) == (1, expected)


def test_resources_with_the_same_tags_are_not_confused(world: World, orders: Deployed, tmp_path: Path) -> None:
    other = world.deploy("aaa-orders")
    try:
        result = world.run("send", "dev", "orders", "--body", "x", folder=tmp_path, AWS_DEFAULT_REGION=REGION)
        assert result.returncode == 2
        assert result.stderr.startswith("error: Several resources have the tags environment=dev and worker=orders: ")
        assert (world.count(orders.queue), world.count(other.queue)) == (0, 0)
    finally:
        world.remove(other)


def test_denied_tag_lookup_is_reported(world: World, orders: Deployed, tmp_path: Path) -> None:
    keys: Any = world.user("untagged", ["sqs:*"], ["*"])
    result = world.run("status", "dev", folder=tmp_path, AWS_DEFAULT_REGION=REGION, **keys)
    assert result.returncode == 1
    assert "is not allowed to perform tag:GetResources" in result.stderr


@pytest.mark.parametrize("broken", ["timeout = [", 'region = "\\ud800'])
def test_invalid_toml_does_not_block_commands_on_a_queue(broken: str, world: World, orders: Deployed) -> None:
    with world.project.edited("dev.toml", broken):
        result = world.run("status", "dev", AWS_DEFAULT_REGION=REGION)
    assert result.stdout.splitlines()[1].startswith("orders")
    assert result.stderr.startswith(
        "config/ has errors (see `python main.py --check`), so workers are found by their tags instead\n"
    )


def test_invalid_settings_do_not_block_commands_on_a_queue(world: World, orders: Deployed) -> None:
    with world.project.edited("dev.toml", '[workers.orders.function]\ntimeout = "soon"\n'):
        assert world.json("status", "dev", status=1, AWS_DEFAULT_REGION=REGION)["workers"][0]["worker"] == "orders"
