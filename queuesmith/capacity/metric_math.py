"""Evaluates the expressions of alarms (CloudWatch's metric math) on one period's values."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from statistics import mean
from typing import Any


def _array(*values: float) -> list[float]:
    return list(values)


_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,  # of floats: whole numbers could get too long to compute
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.And: lambda *values: all(values),
    ast.Or: lambda *values: any(values),
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "IF": lambda condition, then: then if condition else 0.0,
    "FILL": lambda value, _: value,  # the model has a value for each period
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "MAX": max,
    "MIN": min,
    "SUM": sum,
    "AVG": mean,
}
_SPELLINGS = ((r"\bAND\b|&&", " and "), (r"\bOR\b|\|\|", " or "), (r"\^", "**"))
"""Operators of metric math that Python writes in another way."""


class UnknownExpressionError(ValueError):
    """The expression has something that the model does not know. The text says what."""


def parse(expression: str, names: frozenset[str]) -> ast.expr:
    """Return an expression as a tree. `names` are the ids that it can use. Raises UnknownExpressionError."""
    text = expression
    for pattern, python in _SPELLINGS:
        text = re.sub(pattern, python, text)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnknownExpressionError("its expression cannot be read") from error
    called = {id(each.func) for each in ast.walk(tree) if isinstance(each, ast.Call)}
    for each in ast.walk(tree):
        if isinstance(each, ast.Name):
            known = _FUNCTIONS.keys() if id(each) in called else names | {"REPEAT", "LINEAR"}
            if each.id not in known:
                raise UnknownExpressionError(f"its expression uses {each.id}")
    return tree


def evaluate(node: ast.expr, values: Mapping[str, float]) -> Any:
    """Return the value of a tree from `parse`: a number, or a list of numbers. Raises UnknownExpressionError.

    A division by zero has no value in CloudWatch. It raises ZeroDivisionError.
    """
    operands: list[ast.expr]
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return values.get(name, 0.0)
        case ast.Call(ast.Name("IF"), [condition, then, otherwise], []):  # the other side can divide by zero
            return evaluate(then if evaluate(condition, values) else otherwise, values)
        case ast.Call(ast.Name(name), operands, []):
            function = _FUNCTIONS.get(name)
        case ast.List(elts=operands):
            function = _array
        case ast.BinOp(left, op, right) | ast.Compare(left, [op], [right]):
            function, operands = _OPERATORS.get(type(op)), [left, right]
        case ast.UnaryOp(op, operand):
            function, operands = _OPERATORS.get(type(op)), [operand]
        case ast.BoolOp(op, operands):
            function = _OPERATORS.get(type(op))
        case _:
            function, operands = None, []
    if function is None:
        raise UnknownExpressionError("its expression cannot be read")
    return function(*(evaluate(each, values) for each in operands))
