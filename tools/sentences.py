"""The sentence under each field of a class, for the pages that describe them."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap


def sentences_of(model: type) -> dict[str, str]:
    """The docstring below each field."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    found: dict[str, str] = {}
    if isinstance(definition, ast.ClassDef):
        for node, following in itertools.pairwise(definition.body):
            is_field = isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
            if is_field and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                found[ast.unparse(node.target)] = " ".join(str(following.value.value).split())  # type: ignore[attr-defined]
    return found
