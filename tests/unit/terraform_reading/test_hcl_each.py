"""`each.value` that is a resource: tfparse does not know attributes that AWS sets, such as the URL of a queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.rules import Queue, RedrivePolicy, Unknown
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, call, pipeline, report, write

POLICY = """
resource "aws_sqs_queue_policy" "tls" {
  ARGUMENTS
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Deny", Principal = "*", Action = "sqs:*", Resource = VALUE.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
"""
BOTH = "{ orders = aws_sqs_queue.orders, dead = aws_sqs_queue.dead }"
QUEUE = 'variable "queue" {}\nlocals { queue = var.queue }\n'


def policy(for_each: str, value: str = "each.value", url: str = "") -> str:
    arguments = f"for_each = {for_each}\n" * bool(for_each) + f"  queue_url = {url or value + '.url'}"
    return POLICY.replace("ARGUMENTS", arguments).replace("VALUE", value)


def module(arguments: str) -> str:
    return call("tls", arguments, source="./tls")


FOLDERS = {
    "resources": {"policy": policy(BOTH)},
    "a local": {"policy": f"locals {{ queues = {BOTH} }}\n" + policy("local.queues")},
    "a for expression": {"policy": policy("{ for each in [aws_sqs_queue.orders, aws_sqs_queue.dead] : each.name => each }")},
    "ARNs as keys": {
        "policy": policy("{ for each in [aws_sqs_queue.orders, aws_sqs_queue.dead] : each.arn => each }"),
    },
    "objects of resources": {
        "policy": policy("{ a = { queue = aws_sqs_queue.orders }, b = { queue = aws_sqs_queue.dead } }", "each.value.queue"),
    },
    "a module": {"policy": module(f"for_each = {BOTH}\n  queue = each.value"), "tls__main": QUEUE + policy("", "var.queue")},
    "a module's local": {
        "policy": module(f"for_each = {BOTH}\n  queue = each.value"),
        "tls__main": QUEUE + policy("", "local.queue"),
    },
    "a URL for a module": {
        "policy": module(f"for_each = {BOTH}\n  queue = each.value\n  url = each.value.url"),
        "tls__main": QUEUE + 'variable "url" {}\n' + policy("", "var.queue", url="var.url"),
    },
    "a module's map": {"policy": module(f"queue = {BOTH}"), "tls__main": QUEUE + policy("var.queue")},
}


@pytest.mark.parametrize("files", FOLDERS.values(), ids=FOLDERS)
def test_a_policy_belongs_to_the_queue_in_for_each(files: dict[str, str], tmp_path: Path) -> None:
    found = pipeline(write(tmp_path, main=MAPPING, queues=QUEUES, **files))
    assert isinstance(found.dead_letter_queue, Queue)
    for queue in (found.queue, found.dead_letter_queue):
        assert not isinstance(queue.policy, Unknown)
        assert [statement.resources for statement in queue.policy] == [(queue.arns[0],)]


def test_for_each_over_one_queue_leaves_the_other_without_a_policy(tmp_path: Path) -> None:
    (file,) = report(write(tmp_path, main=MAPPING, queues=QUEUES, policy=policy("{ orders = aws_sqs_queue.orders }"))).files
    found = [finding.message for each in file.pipelines for finding in each.findings if finding.rule == "QL018"]
    assert found == ["aws_sqs_queue.dead accepts requests without TLS"]


@pytest.mark.parametrize(
    "for_each",
    [
        "{ orders = { url = aws_sqs_queue.orders.url }, dead = { url = aws_sqs_queue.dead.url } }",
        "{ orders = module.queue, other = module.other }",
        "local.missing",
    ],
)
def test_a_value_that_cannot_be_resolved_is_unknown(for_each: str, tmp_path: Path) -> None:
    more = call("queue", source="./queue") + call("other", source="./queue") + policy(for_each)
    inner = 'resource "aws_sqs_queue" "this" {}\noutput "url" { value = aws_sqs_queue.this.url }\n'
    found = pipeline(write(tmp_path, main=MAPPING, queues=QUEUES, policy=more, queue__main=inner))
    assert isinstance(found.queue.policy, Unknown)


def test_a_redrive_policy_belongs_to_the_queue_in_for_each(tmp_path: Path) -> None:
    more = """
        resource "aws_sqs_queue" "orders" { name = "orders" }
        resource "aws_sqs_queue" "dead" {}
        resource "aws_sqs_queue_redrive_policy" "each" {
          for_each       = { orders = { source = aws_sqs_queue.orders, dead = aws_sqs_queue.dead } }
          queue_url      = each.value.source.url
          redrive_policy = jsonencode({ deadLetterTargetArn = each.value.dead.arn, maxReceiveCount = 5 })
        }
    """
    found = pipeline(write(tmp_path, main=MAPPING, queues=more))
    assert found.queue.redrive_policy == RedrivePolicy(5, "${aws_sqs_queue.dead.arn}")
