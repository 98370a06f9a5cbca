"""Strings of Terraform JSON as HCL values, and their text. tests/terraform/test_eject.py compares them in real Terraform."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuesmith.common.errors import QueuesmithError
from queuesmith.hcl.syntax import Block, document
from queuesmith.hcl.values import Expression, JsonEncode, Template, json_call, value_of

ARN = Expression("aws_sqs_queue.q.arn")
DIRECTIVE = (
    "is a template directive, which eject does not support. Rewrite it as an expression, such as x ? a : b, in the stack first"
)


def written(value: Any) -> str:
    """The text of an attribute's value."""
    (line, *more) = document("", [Block("locals", (), {"x": value})]).splitlines()[1:-1]
    return "\n".join([line.removeprefix("  x = "), *more])


@pytest.mark.parametrize(
    ("content", "value", "text"),
    [
        ("plain", "plain", '"plain"'),
        ("", "", '""'),
        ("${aws_sqs_queue.q.arn}", ARN, "aws_sqs_queue.q.arn"),
        ("${ aws_sqs_queue.q.arn }", ARN, "aws_sqs_queue.q.arn"),
        ("${aws_sqs_queue.q.arn}:*", Template((ARN, ":*")), '"${aws_sqs_queue.q.arn}:*"'),
        ('ALARM("${aws_sqs_queue.q.arn}")', Template(('ALARM("', ARN, '")')), r'"ALARM(\"${aws_sqs_queue.q.arn}\")"'),
        ("$${not} %%{this}", "${not} %{this}", '"$${not} %%{this}"'),
        ("$$${x}", "$${x}", '"$$${x}"'),
        ("%${x}", Template(("%", Expression("x"))), '"%${x}"'),
        ("50 % of $5", "50 % of $5", '"50 % of $5"'),
        ('a "b" \\ c\n\td\x07', 'a "b" \\ c\n\td\x07', r'"a \"b\" \\ c\n\td\u0007"'),
        ("Grüße 😀", "Grüße 😀", '"Grüße 😀"'),
        ('${join(",", ["}", "${x}"])}', Expression('join(",", ["}", "${x}"])'), 'join(",", ["}", "${x}"])'),
        ('${"\\"$${"}', Expression('"\\"$${"'), '"\\"$${"'),
        ("${cond ? {a = 1} : {}}", Expression("cond ? {a = 1} : {}"), "cond ? {a = 1} : {}"),
        ("${f(\n1)}", Expression("f(\n1)"), "(f(\n1))"),
        ("${\nx\n}", Expression("x"), "x"),
        ('${f(/* "{ */ x)}', Expression('f(/* "{ */ x)'), 'f(/* "{ */ x)'),
        ('${f(x, # the "name\n  y // {\n)}', Expression('f(x, # the "name\n  y // {\n)'), '(f(x, # the "name\n  y // {\n))'),
        ("${x # }\n}", Expression("x # }\n"), "(x # }\n)"),
        ("a ${x // b\n} c", Template(("a ", Expression("x // b\n"), " c")), '"a ${x // b\n} c"'),
        ('${<<EOT\n"{\nEOT\n}', Expression('<<EOT\n"{\nEOT\n'), '(<<EOT\n"{\nEOT\n)'),
        ("${f(<<-A\n }\n  A\n, 1)}", Expression("f(<<-A\n }\n  A\n, 1)"), "(f(<<-A\n }\n  A\n, 1))"),
        ('${replace(x, "https://", "#")}', Expression('replace(x, "https://", "#")'), 'replace(x, "https://", "#")'),
        (True, True, "true"),
        (None, None, "null"),
        (0.5, 0.5, "0.5"),
        ([], [], "[]"),
        ({}, {}, "{}"),
        (["a", "${x}"], ["a", Expression("x")], '["a", x]'),
        ({"worker": "orders"}, {"worker": "orders"}, '{ worker = "orders" }'),
        ({"${x}": "a"}, {Expression("x"): "a"}, '{ (x) = "a" }'),
        ({"a${x}": "$${"}, {Template(("a", Expression("x"))): "${"}, '{ "a${x}" = "$${" }'),
        ({"aws:arn": "a", "for": 1, "x-1": 2}, {"aws:arn": "a", "for": 1, "x-1": 2}, None),
    ],
)
def test_value_of_json_string_and_its_text(content: Any, value: Any, text: str | None) -> None:
    assert value_of(content) == value
    if text is not None:
        assert written(value) == text


def test_keys_that_are_no_names_are_quoted_and_signs_aligned() -> None:
    assert written({"aws:SourceArn": "a", "for": [1], "x-1": 2}) == (
        '{\n    "aws:SourceArn" = "a"\n    "for"           = [1]\n    x-1             = 2\n  }'
    )


def test_value_of_several_lines_separates_aligned_groups() -> None:
    value = {"a": 1, "long_name": 2, "middle": {"b": 1, "cc": 2}, "e": 3, "ff": 4}
    assert written(value) == (
        "{\n    a         = 1\n    long_name = 2\n    middle = {\n      b  = 1\n      cc = 2\n    }\n"
        "    e  = 3\n    ff = 4\n  }"
    )


def test_long_list_has_a_line_for_each_item() -> None:
    assert written(["a" * 50, "b" * 50]) == f'[\n    "{"a" * 50}",\n    "{"b" * 50}",\n  ]'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":1,"b":["x",null,true]}', {"a": 1, "b": ["x", None, True]}),
        ('{"a":"${aws_sqs_queue.q.arn}"}', {"a": ARN}),
        ('{"a":"${aws_sqs_queue.q.arn}/*"}', {"a": Template((ARN, "/*"))}),
        ('{"a":"${aws_sqs_queue.q.delay_seconds}"}', {"a": Expression("tostring(aws_sqs_queue.q.delay_seconds)")}),
        ('{"${x}":1}', {Expression("x"): 1}),
        ('["\\u003c","$${x}","é"]', ["<", "${x}", "é"]),
        ("[]", []),
    ],
)
def test_json_that_jsonencode_gives_exactly_is_a_call(text: str, value: Any) -> None:
    assert json_call(text) == JsonEncode(value)


@pytest.mark.parametrize(
    "text",
    [
        '{"b":1,"a":2}', '{"a": 1}', '{"a":1.50}', '{"a":1e3}', '["<"]', '["\\u00e9"]', '["\\b"]', '[NaN]', '[-0]',
        '["\\ud800"]', '{"${x}":1,"b":2}', '{"a":${x}}', '{"a":1', "{x}", "[0-9]+", '{"a":1,"a":1}', '["\ue000"]', "plain", "",
    ],
)  # fmt: skip
def test_any_other_text_is_no_call_where_the_text_matters(text: str) -> None:
    assert json_call(text) is None


@pytest.mark.parametrize("text", ['{"b":1,"a":2}', '{"a": "<"}', '{"b":"\\u00e9","a":1}'])
def test_json_that_the_provider_compares_by_value_is_a_call(text: str) -> None:
    assert json_call(text, can_differ=True) == JsonEncode(json.loads(text))


@pytest.mark.parametrize("text", ['{"a":1,"a":2}', '{"a":1e3}', "{x}", '["\\ud800"]'])
def test_json_that_would_lose_something_is_no_call(text: str) -> None:
    assert json_call(text, can_differ=True) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a %{ if x }b%{ endif }", f"'%{{ if x }}' {DIRECTIVE}"),
        ("a ${~ x ~} b", f"'${{~ x ~}}' {DIRECTIVE}"),
        ("a ${x", "'a ${x' has an unclosed ${ …. Add the missing } in the stack"),
        ('a ${"x}', "'a ${\"x}' has an unclosed ${ …. Add the missing } in the stack"),
    ],
)
def test_templates_that_cannot_be_written_are_refused(text: str, message: str) -> None:
    with pytest.raises(QueuesmithError) as error:
        value_of(text)
    assert str(error.value) == message


@given(st.text(st.sampled_from('${}%"\\~ \n[ax') | st.characters(exclude_categories=["Cs"])))
def test_every_escaped_text_is_read_as_the_same_text(text: str) -> None:
    escaped = text.replace("${", "$${").replace("%{", "%%{")
    value = value_of(escaped)
    assert value == text or (isinstance(value, JsonEncode) and value.value == json.loads(text))
