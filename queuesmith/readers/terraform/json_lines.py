"""Finds lines in Terraform's JSON syntax, which json does not return."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from queuesmith.rules import Finding, Place

Keys = tuple[str, ...]
"""The keys that lead to a value, without the indexes of lists: `("resource", "aws_sqs_queue", "orders", "name")`."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]')


def lines_in_json(text: str) -> dict[Keys, tuple[int, int]]:
    """Return the first line, with its key, and the last line of each value of a JSON text. Of a list, the first counts."""
    lines: dict[Keys, tuple[int, int]] = {}
    above: list[tuple[Keys, int, bool]] = []  # the keys of each open list and object, its first line, whether it is an object
    keys: Keys = ()
    first, is_key = 1, False
    line, position = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", position, token.start())
        position = token.start()
        if token[0] in "{[":
            above.append((keys, first, token[0] == "{"))
            is_key = token[0] == "{"
        elif token[0] in "}]":
            keys, first, _ = above.pop()
            if lines.get(keys, (first, first))[0] == first:
                lines[keys] = first, line
        elif token[0] == ",":
            keys, _, is_key = above[-1]
            first = line
        elif is_key:
            keys, first, is_key = (*above[-1][0], json.loads(token[0])), line, False
            lines.setdefault(keys, (line, line))
    return lines


class JsonLines:
    """The place of each resource and attribute in a file such as `cdk.tf.json`."""

    def __init__(self, text: str, file: str) -> None:
        self._text, self._file = text, file
        self._lines: dict[Keys, tuple[int, int]] | None = None

    def locate(self, findings: Iterable[Finding], pipeline: str) -> list[Finding]:
        """Return findings with their places. One about a part outside the file has the place of the pipeline's mapping."""
        if "\n" not in self._text.strip():
            return list(findings)
        return [
            replace(each, place=self._place(each.address, each.attribute) or self._place(pipeline, "")) for each in findings
        ]

    def _place(self, address: str, attribute: str) -> Place | None:
        if self._lines is None:
            self._lines = lines_in_json(self._text)
        resource = ("resource", *address.split("."))
        keys = (*resource, *attribute.removeprefix(address).removeprefix(".").split("."))
        found = next((keys[:end] for end in range(len(keys), len(resource) - 1, -1) if keys[:end] in self._lines), None)
        return Place(self._file, *self._lines[found]) if found else None
