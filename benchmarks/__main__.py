"""`make bench`: measures, prints each table, and writes docs/benchmarks.md."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks import handler, once
from benchmarks.report import Section, page

PAGE = handler.ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Everything, in order."""
    console = Console()
    sections: list[Section] = []
    for measure in (handler.measure, once.measure, lambda: [handler.weigh()]):
        for section in measure():
            sections.append(section)
            table = Table(title=section.title, title_justify="left")
            for number, column in enumerate(section.columns):
                table.add_column(column, justify="right" if number else "left")
            for row in section.rows:
                table.add_row(*row)
            console.print(table)
    PAGE.write_text(page(sections))
    console.print(f"Written: {PAGE.relative_to(handler.ROOT)}")


if __name__ == "__main__":
    main()
