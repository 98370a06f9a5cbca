"""Strings of ejected stacks in real Terraform: each has the same value as in the JSON."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from queuesmith.hcl import eject_stack
from tests.terraform.conftest import initialize, terraform_in

STRINGS = 300


def _escaped(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


KEYS = ["a", "b", "aws:x", "for", "é"]
LITERALS = st.text('${}%"\\~ \n[a<é\u2028', max_size=6)
TEXTS = LITERALS.map(_escaped)
NUMBER = "${[for x in [1, 2] : x][0]}"
JSON_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 10**20),
        st.sampled_from([0.5, 1.0, 1e30]),
        TEXTS,
        st.sampled_from(["${local.x}", "a${local.x}", NUMBER]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
EXPRESSIONS = [
    "${local.x}",
    '${upper("a}\\"$${b${local.x}")}',
    NUMBER,
    '${upper(/* "{ */ local.x)}',
    '${local.x # }"\n}',
    '${upper(\n  local.x, // "{\n)}',
    '${<<A\n}"${local.x}\nA\n}',
    '${upper(<<-B\n    "{\n  B\n)}',
]


def _template(parts: list[str]) -> str:
    """Escape neighbouring literals together: `%` and `{` are a directive."""
    groups = [(is_expression, "".join(group)) for is_expression, group in groupby(parts, EXPRESSIONS.__contains__)]
    return "".join(text if is_expression else _escaped(text) for is_expression, text in groups)


TEMPLATES = st.one_of(
    st.lists(LITERALS | st.sampled_from(EXPRESSIONS), max_size=5).map(_template),
    JSON_VALUES.map(lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)),
    JSON_VALUES.map(json.dumps),
)


@settings(max_examples=STRINGS, derandomize=True, deadline=None, phases=[Phase.generate])
@given(template=TEMPLATES)
def _collect(found: set[str], template: str) -> None:
    found.add(template)


def test_strings_have_the_same_value_as_in_the_json(tmp_path: Path) -> None:
    found: set[str] = set()
    _collect(found)
    assert len(found) > STRINGS / 2
    assert all(any(expression in text for text in found) for expression in EXPRESSIONS)
    values = {f"o{number}": {"value": text} for number, text in enumerate(sorted(found))}
    content = {"terraform": {}, "locals": {"x": "é"}, "output": values}
    results = []
    for name in ("json", "hcl"):
        folder = tmp_path / name
        if name == "json":
            folder.mkdir()
            (folder / "cdk.tf.json").write_text(json.dumps(content))
        else:
            eject_stack(tmp_path / "json" / "cdk.tf.json", folder)
        terraform = terraform_in(folder)
        initialize(terraform)
        assert terraform.plan(out="plan")
        outputs = terraform.show_plan("plan")["planned_values"]["outputs"]
        results.append({key: output["value"] for key, output in outputs.items()})
    assert "jsonencode(" in (tmp_path / "hcl" / "outputs.tf").read_text()
    assert results[1] == results[0]
