"""`make bench`: measures, prints each table, and writes docs/benchmarks.md with its charts."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks import capacity, commands, folders, handler, synth
from benchmarks.report import ROOT, Section, draw, page

PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Run all measurements."""
    console = Console()
    sections: list[Section] = []
    for measure in (synth.measure, commands.measure, folders.measure, handler.measure, capacity.measure):
        for section in measure():
            sections.append(section)
            table = Table(title=section.title, title_justify="left")
            for number, column in enumerate(section.columns):
                table.add_column(column, justify="right" if number else "left")
            for row in section.rows:
                table.add_row(*row)
            console.print(table)
    charts = {name: chart for section in sections for name, chart in section.charts.items()}
    draw(charts, "bench")
    PAGE.write_text(page(sections))
    console.print(f"Written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
