"""`queuesmith pause` and `queuesmith resume` against the emulator."""

from __future__ import annotations

import pytest

from tests.e2e.commands.world import REGION, Deployed, World
from tests.waiting import wait_for


def state(world: World, deployed: Deployed) -> str:
    return str(world.client("lambda").get_event_source_mapping(UUID=deployed.mapping)["State"])


def test_paused_worker_processes_nothing_until_it_is_resumed(world: World, orders: Deployed) -> None:
    assert world.run("resume", "dev", "orders").returncode == 0
    assert state(world, orders) == "Enabled"
    result = world.run("pause", "dev", "orders")
    assert (result.returncode, result.stdout) == (0, "dev-orders: mapping disabled, 0 messages waiting\n")
    assert result.stderr.splitlines() == [
        f"Waiting until the mapping {orders.mapping} of dev-orders is disabled …",
        "The next apply enables the mapping again, unless workers.orders.source.enabled in config/dev.toml is false.",
        "Next: queuesmith resume dev orders",
    ]
    assert state(world, orders) == "Disabled"
    world.fill(orders.queue, "waits")
    result = world.run("pause", "dev", "orders")
    assert result.stdout == "dev-orders: mapping already disabled, 1 message waiting\n"
    assert world.run("resume", "dev").returncode == 0
    wait_for(lambda: world.count(orders.queue) == 0, "the message is processed")


def test_messages_in_flight_and_other_consumers_are_reported(world: World, orders: Deployed) -> None:
    world.fill(orders.queue, "a")  # this one will be in flight: the other function would receive a visible one
    world.client("sqs").receive_message(QueueUrl=orders.queue, VisibilityTimeout=600)
    other = world.deploy("other", "other")
    functions = world.client("lambda")
    mapping = functions.create_event_source_mapping(EventSourceArn=orders.queue_arn, FunctionName="other", Enabled=True)
    try:
        result = world.run("pause", "dev", "orders")
        assert "1 message is still in flight. The function finishes its current batches." in result.stderr
        assert ":function:other also processes messages of dev-orders, and is not paused." in result.stderr
    finally:
        functions.delete_event_source_mapping(UUID=mapping["UUID"])
        world.remove(other)


def test_json_reports_the_change(world: World, orders: Deployed) -> None:
    document = world.json("resume", "dev")
    assert document == {
        "version": 2, "queue": "dev-orders", "mapping": orders.mapping, "state": "Enabled", "changed": True,
        "visible": 0, "in_flight": 0, "delayed": 0,
    }  # fmt: skip
    assert world.json("resume", "dev")["changed"] is False


def test_worker_is_paused_by_its_function_outside_a_project(world: World, fifo: Deployed) -> None:
    world.client("lambda").update_event_source_mapping(UUID=fifo.mapping, Enabled=True)
    result = world.run("pause", "--function", "ship-parcels", "--region", REGION)
    assert result.returncode == 0, result.stderr
    assert "The tool that manages the mapping, for example Terraform, can enable it again." in result.stderr
    assert state(world, fifo) == "Disabled"


def test_queue_without_a_consumer_cannot_be_paused(world: World) -> None:
    url = world.client("sqs").create_queue(QueueName="alone")["QueueUrl"]
    try:
        result = world.run("pause", "--queue", "alone", "--region", REGION)
        assert (result.returncode, result.stderr) == (1, "error: alone has no event source mapping\n")
    finally:
        world.client("sqs").delete_queue(QueueUrl=url)


@pytest.mark.parametrize("timeout", ["0", "soon"])
def test_invalid_timeout_is_exit_status_2(timeout: str, world: World) -> None:
    assert world.run("pause", "dev", "--timeout", timeout).returncode == 2
