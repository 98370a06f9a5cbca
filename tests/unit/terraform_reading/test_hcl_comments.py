"""Suppressions in comments of Terraform files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, report, write

QUEUE = 'resource "aws_sqs_queue" "dead" {'


def results(folder: Path, queues: str) -> tuple[set[str], set[str], list[str]]:
    """The rules with findings and with suppressed findings about the DLQ, and the messages about suppressions."""
    write(folder, main=MAPPING, queues=queues)
    found = report(folder)
    pipelines = [pipeline for _, pipeline in found.pipelines]
    about_dlq = [each for pipeline in pipelines for each in pipeline.every_finding if each.address == "aws_sqs_queue.dead"]
    return (
        {each.rule for each in about_dlq if not each.suppression_reason},
        {each.rule for each in about_dlq if each.suppression_reason == "it is emptied hourly"},
        [f"{each.rule} {each.message}" for _, each in found.suppression_findings],
    )


@pytest.mark.parametrize(
    "text",
    [
        f"# queuesmith:ignore QL007 it is emptied hourly\n{QUEUE}",
        f"// queuesmith:ignore QL007 it is emptied hourly\n# another comment\n{QUEUE}",
        f"{QUEUE} # queuesmith:ignore QL007 it is emptied hourly",
        f"{QUEUE} # queuesmith: ignore QL007 it is emptied hourly",
        f"# queuesmith:ignore QL007 it is emptied hourly\n{QUEUE} # a comment",
        f"{QUEUE}\n  /* queuesmith:ignore QL007 it is emptied hourly */",
    ],
)
def test_a_comment_on_or_above_a_block_suppresses(text: str, tmp_path: Path) -> None:
    found, suppressed, problems = results(tmp_path, QUEUES.replace(QUEUE, text))
    assert "QL007" not in found
    assert (suppressed, problems) == ({"QL007"}, [])


def test_several_rules_have_one_reason(tmp_path: Path) -> None:
    text = f"# queuesmith:ignore QL007, QL018 it is emptied hourly\n{QUEUE}"
    found, suppressed, problems = results(tmp_path, QUEUES.replace(QUEUE, text))
    assert suppressed == {"QL007", "QL018"}
    assert found & suppressed == set()
    assert problems == []


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("QL007", "QL902 {} has no reason"),
        ("QL008 never", "QL903 {} matches no finding"),
        ("QL999 what", 'QL901 {} names the rule "QL999", which does not exist'),
    ],
)
def test_wrong_and_unused_comments_are_reported_with_their_line(comment: str, problem: str, tmp_path: Path) -> None:
    _, suppressed, problems = results(tmp_path, QUEUES.replace(QUEUE, f"# queuesmith:ignore {comment}\n{QUEUE}"))
    name = f"queuesmith:ignore {comment[:5]} in {tmp_path}/queues.tf:11"
    assert suppressed == set()
    assert problems == [problem.format(name)]
    ((file, finding),) = report(tmp_path).suppression_findings
    assert finding.place is not None
    assert (file, finding.place.line) == (str(tmp_path / "queues.tf"), 11)


@pytest.mark.parametrize("text", ["", "locals {}", 'module "worker" {\n  source = "./worker"\n}', f'\n{QUEUE[:-3]}2" {{}}'])
def test_a_comment_without_a_resource_is_unused(text: str, tmp_path: Path) -> None:
    write(tmp_path, worker__main="locals {}")
    comment = "# queuesmith:ignore QL007 it is emptied hourly"
    _, suppressed, problems = results(tmp_path, f"{QUEUES}\n{comment}\n{text}\n")
    assert suppressed == set()
    assert [problem[:5] for problem in problems] == ["QL903"]


def test_a_comment_about_another_block_suppresses_nothing_here(tmp_path: Path) -> None:
    text = QUEUES.replace(
        'resource "aws_sqs_queue" "orders" {', '# queuesmith:ignore QL007 no\nresource "aws_sqs_queue" "orders" {'
    )
    found, _, problems = results(tmp_path, text)
    assert "QL007" in found
    assert [problem[:5] for problem in problems] == ["QL903"]


def test_a_comment_in_a_module_is_for_each_of_its_instances(tmp_path: Path) -> None:
    worker = MAPPING + QUEUES.replace(QUEUE, f"# queuesmith:ignore QL007 it is emptied hourly\n{QUEUE}")
    write(tmp_path, main='module "worker" {\n  source = "./worker"\n  count  = 2\n}\n', worker__main=worker)
    found = report(tmp_path)
    assert [len([each for each in pipeline.suppressed if each.rule == "QL007"]) for _, pipeline in found.pipelines] == [1, 1]
    assert found.suppression_findings == ()
