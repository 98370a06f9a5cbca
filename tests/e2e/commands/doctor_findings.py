"""The findings of `queuesmith doctor` in comparable form, and ids that only AWS knows."""

from __future__ import annotations

from typing import Any

from queuesmith.rules.part import name_of
from queuesmith.rules.wording import quote
from tests.e2e.commands.world import Deployed, World


def findings_in(document: Any) -> list[tuple[str, str, str]]:
    """Rule, severity and message of each finding in a JSON document."""
    return [(each["rule"], each["severity"], each["message"]) for each in document["findings"]]


def as_printed(document: Any) -> list[tuple[str, str, str]]:
    """The same as the text report shows them: with the name of the part if the message does not contain it."""
    names = (name_of(each["address"]) for each in document["findings"])
    pairs = zip(names, document["findings"], findings_in(document), strict=True)
    return [
        (rule, severity, text if name in text or each["address"] in text else f"{name}: {text}")
        for name, each, (rule, severity, text) in pairs
    ]


def printed_findings(stdout: str) -> list[tuple[str, str, str]]:
    """The same findings, read from the text report."""
    lines = [line.strip().split(" ", 2) for line in stdout.splitlines()]
    return [(rest[0], severity, rest[1]) for severity, *rest in lines if severity in ("error", "warning")]


def aws_ids(world: World, orders: Deployed) -> dict[str, str]:
    """Ids that AWS assigns: of the mappings and of the key."""
    mappings = world.client("lambda").list_event_source_mappings(EventSourceArn=orders.queue_arn)["EventSourceMappings"]
    others = [each["UUID"] for each in mappings if each["UUID"] != orders.mapping]
    queue = world.client("sqs").get_queue_attributes(QueueUrl=orders.queue, AttributeNames=["KmsMasterKeyId"])
    key = queue.get("Attributes", {}).get("KmsMasterKeyId", "")
    return {"mapping": orders.mapping, "other": "".join(others), "key": key, "quoted_key": quote(key)}
