"""`queuesmith eject --schema`: the provider's schema tells nested blocks from attributes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.eject.stacks import ejected, mapping, refused


def write_schema(kind: str, block: dict[str, Any]) -> None:
    schema = {"provider": {"block": {}}, "resource_schemas": {kind: {"block": block}}}
    Path("schema.json").write_text(json.dumps({"provider_schemas": {"registry.terraform.io/hashicorp/aws": schema}}))


def test_schema_tells_blocks_from_attributes(folder: Path) -> None:
    rule = {"id": "expire", "expiration": {"days": 30}, "settings": {"a": 1}}
    content = {"resource": {"aws_s3_bucket_lifecycle_configuration": {"b": {"rule": [rule], "tags": {"a": "b"}}}}}
    problem = '"rule" in aws_s3_bucket_lifecycle_configuration.b can be an attribute or a nested block.'
    assert refused(content).startswith(f"error: {problem}")
    nested = {"block": {"attributes": {"settings": {"type": ["map", "number"]}}, "block_types": {"expiration": {"block": {}}}}}
    block = {"attributes": {"id": {"type": "string"}}, "block_types": {"rule": nested}}
    write_schema("aws_s3_bucket_lifecycle_configuration", block)
    assert (
        ejected(content, "--schema", "schema.json")["main.tf"]
        == """\
resource "aws_s3_bucket_lifecycle_configuration" "b" {
  tags = { a = "b" }

  rule {
    id       = "expire"
    settings = { a = 1 }

    expiration {
      days = 30
    }
  }
}
"""
    )


@pytest.mark.parametrize("name", ["variable", "backend", "terraform", "module", "removed", "lifecycle_rule"])
def test_nested_block_with_the_name_of_a_top_level_block_has_expressions(name: str, folder: Path) -> None:
    """`aws_codepipeline` has `variable`."""
    write_schema("aws_codepipeline", {"block_types": {name: {"block": {"attributes": {"from": {"type": "string"}}}}}})
    content = {"resource": {"aws_codepipeline": {"p": {name: [{"from": "${local.x}", "type": "a b", "providers": "c d"}]}}}}
    assert ejected(content, "--schema", "schema.json")["main.tf"] == (
        f'resource "aws_codepipeline" "p" {{\n  {name} {{\n    from      = local.x\n    type      = "a b"\n'
        '    providers = "c d"\n  }\n}\n'
    )


@pytest.mark.parametrize("content", ["{}", "[]", "x", '{"provider_schemas": []}'])
def test_another_file_as_the_schema_is_refused(content: str, folder: Path) -> None:
    Path("schema.json").write_text(content)
    error = refused(mapping(batch_size=1), "--schema", "schema.json")
    assert error == "error: schema.json is not the output of `terraform providers schema -json`\n"
