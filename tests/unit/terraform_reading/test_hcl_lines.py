"""Findings in HCL have the lines of their attribute or block, also those about a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.rules import Finding, Place
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, report, write

SECRET = "xoxb-1234567890-abcdefghijklmno"


def place(folder: Path, rule: str, address: str) -> Place:
    """The place of the only finding of a rule about a resource."""
    (found,) = [each for _, each in report(folder).findings if (each.rule, each.address) == (rule, address)]
    assert found.place is not None
    return found.place


def test_an_attribute_has_its_line_with_one_line_around_it(tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING, queues=QUEUES)
    found = place(tmp_path, "QL001", "aws_sqs_queue.orders")
    assert found == Place(
        str(tmp_path / "queues.tf"),
        4,
        4,
        (
            (3, '  name                       = "orders"'),
            (4, "  visibility_timeout_seconds = 30"),
            (5, "  redrive_policy = jsonencode({"),
        ),
    )


def test_an_element_of_an_object_has_its_own_line(tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING, queues=QUEUES)
    found = place(tmp_path, "QL005", "aws_sqs_queue.orders")
    assert (found.line, found.end_line, found.excerpt[1]) == (7, 7, (7, "    maxReceiveCount     = 3"))


def test_an_attribute_that_is_not_written_has_the_lines_of_its_block(tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING, queues=QUEUES)
    found = place(tmp_path, "QL007", "aws_sqs_queue.dead")
    assert (found.line, found.end_line, found.excerpt[1]) == (11, 13, (11, 'resource "aws_sqs_queue" "dead" {'))


def test_a_nested_block_and_a_module_s_file(tmp_path: Path) -> None:
    mapping = MAPPING.replace("  function_name ", "  scaling_config {\n    maximum_concurrency = 1\n  }\n  function_name ", 2)
    write(tmp_path, main='module "worker" {\n  source = "./worker"\n  count = 1\n}\n', worker__main=mapping + QUEUES)
    found = place(tmp_path, "QL104", "module.worker[0].aws_lambda_event_source_mapping.orders")
    assert found.file == str(tmp_path / "worker" / "main.tf")
    assert found.excerpt[1][1] == "    maximum_concurrency = 1"


def test_an_attribute_of_an_override_file_has_its_line_there(tmp_path: Path) -> None:
    override = 'resource "aws_sqs_queue" "orders" {\n  visibility_timeout_seconds = 20\n}\n'
    write(tmp_path, main=MAPPING, queues=QUEUES, a_override=override)
    found = place(tmp_path, "QL001", "aws_sqs_queue.orders")
    assert (Path(found.file).name, found.line) == ("a_override.tf", 2)


def test_a_finding_about_an_outside_part_has_the_place_of_the_mapping(tmp_path: Path) -> None:
    alarm = 'resource "aws_cloudwatch_metric_alarm" "any" {\n  alarm_name = "any"\n}\n'
    outside = MAPPING.replace("aws_sqs_queue.orders.arn", '"arn:aws:sqs:eu-central-1:111111111111:theirs"')
    write(tmp_path, main=outside, alarm=alarm)
    found = place(tmp_path, "QL303", "arn:aws:sqs:eu-central-1:111111111111:theirs")
    assert found.excerpt[1][1] == 'resource "aws_lambda_event_source_mapping" "orders" {'


@pytest.mark.parametrize("name", ["TOKEN", "slack"])
def test_no_excerpt_shows_a_secret(name: str, tmp_path: Path) -> None:
    environment = f'  environment {{\n    variables = {{\n      {name} = "{SECRET}"\n    }}\n  }}\n'
    function = MAPPING.replace("  timeout       = 60\n", f"  timeout = 60\n{environment}  memory_size = 1\n")
    write(tmp_path, main=function, queues=QUEUES)
    every: list[Finding] = [finding for _, finding in report(tmp_path).findings]
    (secret,) = [finding for finding in every if finding.rule == "QL203"]
    assert secret.place is not None
    assert (secret.place.line, secret.place.excerpt) == (7, ())
    (memory,) = [finding for finding in every if finding.rule == "QL201"]
    assert memory.place is not None
    assert [text for _, text in memory.place.excerpt] == ["  }", "  memory_size = 1", '  s3_bucket     = "artifacts"']
    assert SECRET not in repr(every)


def test_a_line_beside_a_tag_with_a_secret_is_shown_without_its_value(tmp_path: Path) -> None:
    queues = QUEUES.replace("  visibility_timeout_seconds", f'  tags = {{ token = "{SECRET}" }}\n  visibility_timeout_seconds')
    write(tmp_path, main=MAPPING, queues=queues)
    found = place(tmp_path, "QL001", "aws_sqs_queue.orders")
    assert [text for _, text in found.excerpt] == [
        "  tags = …",
        "  visibility_timeout_seconds = 30",
        "  redrive_policy = jsonencode({",
    ]
