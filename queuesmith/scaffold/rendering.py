"""Renders the templates of a project, a worker and an environment."""

from __future__ import annotations

from pathlib import Path

import jinja2

_TEMPLATES = Path(__file__).with_name("templates")
_SUFFIX = ".jinja"
_JINJA = jinja2.Environment(  # noqa: S701 - it writes no HTML
    loader=jinja2.FileSystemLoader(_TEMPLATES),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    # Jinja's own delimiters are those of GitHub's workflows.
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
    comment_start_string="<#",
    comment_end_string="#>",
)


def render(part: str, **values: object) -> dict[str, str]:
    """Render all files of a part.

    Parameters
    ----------
    part
        A folder of `templates/`: `project`, `worker` or `environment`.
    values
        The values in texts (`<< worker >>`) and paths (`{worker}`).

    Returns
    -------
    dict
        The text of each file, by its path in the project.

    """
    files = {}
    for path in sorted(file for file in (_TEMPLATES / part).rglob("*") if file.is_file()):
        name = path.relative_to(_TEMPLATES / part).as_posix().removesuffix(_SUFFIX).format_map(values)
        files[name] = render_file(path.relative_to(_TEMPLATES).as_posix(), **values)
    return dict(sorted(files.items()))


def render_file(template: str, **values: object) -> str:
    """Render one template. A file without the suffix `.jinja` is not a template, and returned unchanged."""
    if not template.endswith(_SUFFIX):
        return (_TEMPLATES / template).read_text(encoding="utf-8")
    return _JINJA.get_template(template).render(values)
