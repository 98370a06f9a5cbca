"""The lines of resources in Terraform's JSON syntax."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from queuesmith.checks import TerraformFile, TerraformFolder, TerraformInput, check_terraform
from queuesmith.readers.terraform.json_lines import lines_in_json

TEXT = r"""{
  "//": "a comment \" { [ , ",
  "resource": {
    "aws_sqs_queue": {
      "orders": {
        "name": "orders", "visibility_timeout_seconds": 30
      }
    },
    "aws_lambda_function": [
      {"orders": {"function_name": "orders", "role": "arn:aws:iam::111122223333:role/orders",
                  "timeout": 60}}
    ],
    "aws_lambda_event_source_mapping": {
      "orders": {
        "event_source_arn": "${aws_sqs_queue.orders.arn}",
        "function_name": "${aws_lambda_function.orders.arn}",
        "scaling_config": [
          {"maximum_concurrency": 1}
        ]
      }
    }
  }
}
"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


def places(given: TerraformInput) -> dict[str, tuple[str, int, int]]:
    """The file, the first and the last line of each rule's finding."""
    report = check_terraform([given], today=date(2026, 11, 1))
    return {each.rule: (each.place.file, each.place.line, each.place.end_line) for _, each in report.findings if each.place}


def test_findings_in_a_file_have_the_lines_of_the_attribute_or_resource() -> None:
    found = places(TerraformFile("cdk.tf.json", TEXT.encode()))
    assert found["QL001"] == ("cdk.tf.json", 6, 6)
    assert found["QL004"] == ("cdk.tf.json", 5, 7)
    assert found["QL104"] == ("cdk.tf.json", 18, 18)


def test_findings_in_a_folder_have_the_same_lines(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text(TEXT)
    (tmp_path / "versions.tf").write_text("terraform {\n}\n")
    found = places(TerraformFolder("infra", tmp_path))
    assert {rule: line for rule, (_, line, _) in found.items() if rule in ("QL001", "QL004")} == {"QL001": 6, "QL004": 5}


def test_a_file_of_one_line_has_no_lines() -> None:
    assert places(TerraformFile("cdk.tf.json", json.dumps(json.loads(TEXT)).encode())) == {}


@given(JSON)
def test_every_key_has_a_line(value: object) -> None:
    text = json.dumps({"top": value}, indent=1)
    lines = lines_in_json(text)
    assert lines["top",] == (2, text.count("\n"))
    assert all(1 <= first <= last <= text.count("\n") + 1 for first, last in lines.values())
