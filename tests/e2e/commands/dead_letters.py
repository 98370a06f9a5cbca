"""Messages that the redrive tests put into a DLQ, and helpers that find them again."""

from __future__ import annotations

import json

from queuesmith.aws.queues import DeployedQueue, find_queue
from tests.e2e.commands.world import Deployed, World


def body(number: int) -> str:
    return json.dumps({"n": number, "kind": "even" if number % 2 == 0 else "odd"})


def bodies(world: World, url: str) -> list[str]:
    return [message["Body"] for message in world.contents(url)]


def queues(world: World, deployed: Deployed) -> tuple[DeployedQueue, DeployedQueue]:
    sqs = world.client("sqs")
    return find_queue(sqs, deployed.dead_letter_queue), find_queue(sqs, deployed.queue)


def send_fifo(world: World, url: str, *bodies: str, group: str = "g") -> None:
    for text in bodies:
        world.fill(url, text, MessageGroupId=group, MessageDeduplicationId=f"producer-{text}")
