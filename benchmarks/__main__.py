"""`make bench`: measures, prints each table, and writes docs/benchmarks.md with its charts."""

from __future__ import annotations

import json
import subprocess

from rich.console import Console
from rich.table import Table

from benchmarks import commands, handler, once, synth
from benchmarks.report import Section, page
from queuesmith.local.environments import environment_python

DOCS = handler.ROOT / "docs"
PAGE = DOCS / "benchmarks.md"


def main() -> None:
    """Everything, in order."""
    console = Console()
    sections: list[Section] = []
    for measure in (synth.measure, commands.measure, handler.measure, once.measure, lambda: [handler.weigh()]):
        for section in measure():
            sections.append(section)
            table = Table(title=section.title, title_justify="left")
            for number, column in enumerate(section.columns):
                table.add_column(column, justify="right" if number else "left")
            for row in section.rows:
                table.add_row(*row)
            console.print(table)
    charts = {name: chart for section in sections for name, chart in section.charts.items()}
    drawing = [
        str(environment_python(handler.ROOT, "charts")),
        str(handler.ROOT / "benchmarks" / "charts.py"),
        str(DOCS / "images"),
        "bench",
    ]
    subprocess.run(drawing, input=json.dumps(charts), text=True, check=True)
    PAGE.write_text(page(sections))
    console.print(f"Written: {PAGE.relative_to(handler.ROOT)}")


if __name__ == "__main__":
    main()
