"""The findings in a document, and the pipelines that the rules get from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from queuesmith.readers.terraform.input import from_json
from queuesmith.readers.terraform.pipelines import FilePipelines, pipelines_in
from queuesmith.rules import Pipeline
from tests.checking import TODAY, check_document

ACCOUNT = "arn:aws:sqs:eu-central-1:111111111111"
CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def findings(content: Any, *, folder: Path | None = None) -> set[tuple[str, str, str]]:
    """Rule, severity and address of every finding."""
    found = check_document(content, folder=folder).findings
    return {(finding.rule, str(finding.severity), finding.address) for _, finding in found}


def rules_found(content: Any) -> set[str]:
    return {rule for rule, _, _ in findings(content)}


def skipped_rules(content: Any) -> set[str]:
    """The rules that were skipped somewhere, without those about alarms if there are no alarms."""
    left = [each for file in check_document(content).files for pipeline in file.pipelines for each in pipeline.skipped]
    return {rule for rule, reason in left if not reason.startswith("the alarms, ")}


def unresolved(content: Any) -> list[str]:
    return [address for file in check_document(content).files for address, _ in file.unresolved]


def reading(content: Any, folder: Path | None = None) -> FilePipelines:
    """The pipelines that the rules get."""
    return pipelines_in(from_json(content, "plan.json"), TODAY, folder)


def pipeline(content: Any) -> Pipeline:
    """The only pipeline of a file."""
    (found,) = reading(content).pipelines
    return found


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


TRUST = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}})


def allow(actions: list[str], resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}
