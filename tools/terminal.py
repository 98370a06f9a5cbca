"""Runs a command in a terminal, and draws as SVG what the terminal shows at the end."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

WIDTH, HEIGHT = 100, 60
"""Columns and lines of the terminal. A picture of 100 columns that is 860 pixels wide has letters of 13.9 pixels."""
_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, &quot;DejaVu Sans Mono&quot;, monospace"
"""Fonts of the reader's system. Rich's own template downloads a font, which a picture in a page must not do."""
_LIVE = re.compile(r"\x1b\[\?25l(.*?)\x1b\[\?25h", re.DOTALL)
"""The bars of Rich: it hides the cursor, draws them again and again, and shows the cursor."""
_ERASED = re.compile(r".*\x1b\[1A\x1b\[2K", re.DOTALL)
"""Everything before the last drawing of the bars."""


def run_in_terminal(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> tuple[int, str]:
    """Run a command in its own terminal, without input. Returns its exit status and what the terminal shows at the end."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    with open(ours, "rb", buffering=0) as screen:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(variables), stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        written = bytearray()
        try:
            while part := screen.read(65_536):
                written += part
        except OSError:  # Linux: the command has closed the terminal
            pass
    return process.wait(), _final(written.decode().replace("\r\n", "\n"))


def picture(title: str, command: str, output: str) -> str:
    """Return the SVG of a terminal in which a command was typed."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(Text(f"$ {command}", style="bold"))
    console.print(Text.from_ansi(output.rstrip()))
    template = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(title=title, code_format=template.replace("Fira Code, monospace", _FONTS)) + "\n"


def _final(written: str) -> str:
    """What is left on the screen: of bars that were drawn several times, the last drawing."""
    return _LIVE.sub(lambda live: _ERASED.sub("", live[1]), written)
