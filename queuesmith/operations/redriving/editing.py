"""Edits the body of a message before its copy is sent: with a JMESPath expression, or with a program of the user's."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal

from queuesmith.common.errors import UsageError
from queuesmith.operations.masking import mask
from queuesmith.operations.selecting import SEARCH_ERRORS, compile_expression

PROGRAM_TIMEOUT = 30
"""Seconds for one message."""
NOT_JSON = "the body is not JSON"
"""The text of the EditError if an expression is to edit a body that is not JSON."""
Editor = Callable[[str], str]
"""Returns the new body of a message. Raises EditError if there is none."""


class EditError(Exception):
    """Why a body could not be edited. The text contains nothing from the body."""


def expression_editor(expression: str) -> Editor:
    """Return a function that replaces a JSON body with the result of a JMESPath expression.

    A result that is a string becomes the body unchanged. Other results are written as JSON. Raises UsageError if the
    expression is invalid.
    """
    search = compile_expression(expression, "--edit", "\"merge(@, {currency: 'EUR'})\"")

    def edit(body: str) -> str:
        try:
            document = json.loads(body, parse_float=_exact_float)
        except (ValueError, RecursionError) as error:
            raise EditError(NOT_JSON) from error
        try:
            result = search(document)
        except SEARCH_ERRORS as error:
            raise EditError(f"the expression fails: {mask(' '.join(str(error).split()))}") from error
        if result is None:
            raise EditError("the result of the expression is null")
        return _sendable(result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, separators=(",", ":")))

    return edit


def program_editor(command: str) -> Editor:
    """Return a function that pipes a body through a program and returns its output without the last line break.

    The program is run for each message, without a shell, for at most 30 seconds. If its exit status is not 0, the message is
    not edited. Raises UsageError if there is no such program.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f'--edit-with is "{command}", which is not a command: {error}') from error
    if not words or shutil.which(words[0]) is None:
        name = words[0] if words else ""
        raise UsageError(f'--edit-with: there is no program "{name}". Specify an executable file, for example ./edit.py')

    def edit(body: str) -> str:
        try:
            done = subprocess.run(
                words,
                input=body.encode(),
                capture_output=True,
                check=False,
                timeout=PROGRAM_TIMEOUT,
                start_new_session=True,  # Ctrl-C ends the redrive after this message, not the program in the middle of it
            )
        except subprocess.TimeoutExpired as error:
            raise EditError(f"{words[0]} took longer than {PROGRAM_TIMEOUT} s") from error
        except OSError as error:
            raise EditError(f"{words[0]} cannot be run: {error.strerror or error}") from error
        if done.returncode != 0:
            lines = done.stderr.decode(errors="replace").split("\n")
            last = next((line.strip() for line in reversed(lines) if line.strip()), "no error message")
            raise EditError(f"{words[0]} ended with exit status {done.returncode}: {mask(last[:500])}")
        try:
            text = done.stdout.decode()
        except UnicodeDecodeError as error:
            raise EditError(f"the output of {words[0]} is not UTF-8") from error
        return _sendable(text.removesuffix("\n").removesuffix("\r"))

    return edit


def _exact_float(text: str) -> float:
    """The number. Raises EditError if Python's floats would change it."""
    value = float(text)
    if Decimal(text) != Decimal(repr(value)):
        raise EditError("the body has a number that JMESPath would round. Edit it with a program: --edit-with")
    return value


def _sendable(text: str) -> str:
    """The text. Raises EditError if SQS accepts no such body."""
    if not text:
        raise EditError("the edited body is empty, which SQS does not accept")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise EditError("the edited body contains a lone surrogate (half of a character), which SQS does not accept") from error
    return text
