"""The source of the site: copies of the Markdown files, with links that are valid on the site, and MkDocs' configuration."""

from __future__ import annotations

import functools
import json
import posixpath
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from queuesmith.common.errors import QueuesmithError
from queuesmith.common.site import SITE
from tools.site.links import ROOT, linked_files, replace_links
from tools.site.navigation import Section, files, navigation

_HERE = Path(__file__).parent
_INDEXES = {"docs/rules.md": "rules/index.md"}
"""Pages that are the index of a folder on the site, although they are not in that folder."""

_METADATA: dict[str, Any] = {
    "README.md": {"hide": ["navigation"]},
    "docs/guide/": {"search": {"boost": 4}},  # readers of the guide come first, those of a decision last
    "docs/runbook.md": {"search": {"boost": 5}},
    "docs/commands.md": {"search": {"boost": 2}},
    "docs/decisions/": {"search": {"boost": 0.2}},
}
"""What MkDocs needs to know about a page, by the beginning of its path."""


def stage(folder: Path, scripts: Path) -> None:
    """Write the source of the site to a folder, which is replaced: mkdocs.yml and docs/.

    `scripts` is the folder with the npm packages of tools/environments/site-scripts. Raises QueuesmithError if a page links a
    file that does not exist.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for source in staged_files():
        target = folder / "docs" / place(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.endswith(".md"):
            target.write_text(page(source), encoding="utf-8")
        else:
            shutil.copy(ROOT / source, target)
    shutil.copy(scripts / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js", folder / "docs")
    shutil.copy(scripts / "iframe-worker" / "shim" / "index.js", folder / "docs" / "iframe-worker.js")
    shutil.copy(_HERE / "site.css", folder / "docs")
    shutil.copytree(_HERE / "theme", folder / "theme")
    generated = {"site_url": SITE, "repo_url": _repository(), "nav": [_item(each) for each in navigation()]}
    lines = [f"{key}: {json.dumps(value)}" for key, value in generated.items()]  # JSON is YAML
    text = (_HERE / "mkdocs.yml").read_text(encoding="utf-8")
    (folder / "mkdocs.yml").write_text("\n".join([text, *lines, ""]), encoding="utf-8")


def add_metadata(folder: Path) -> None:
    """Add the metadata to the pages in a folder that `stage` has written. mdformat would not keep it."""
    for source in files(navigation()):
        for beginning, metadata in _METADATA.items():
            if source.startswith(beginning):
                target = folder / "docs" / place(source)
                target.write_text(f"---\n{json.dumps(metadata)}\n---\n{target.read_text(encoding='utf-8')}", encoding="utf-8")


def page(source: str) -> str:
    """A page of this repository with the links that it has on the site."""
    text = (ROOT / source).read_text(encoding="utf-8")
    return replace_links(text, source, lambda path: _address(path, source))


@functools.cache
def staged_files() -> tuple[str, ...]:
    """The files of the site, by their paths in this repository: the pages, pictures and data, and the code that pages link."""
    return (*files(navigation()), *sorted(_data()), *sorted(_code()))


def _code() -> set[str]:
    """The files with code that the pages link. A reader of the site can open them without the repository."""
    linked = {path for source in files(navigation()) for path in linked_files(source)}
    return {path for path in linked if (ROOT / path).is_file() and not path.startswith("docs/") and not path.endswith(".md")}


def _data() -> Iterator[str]:
    for path in (ROOT / "docs").rglob("*"):
        if path.is_file() and path.suffix != ".md":
            yield path.relative_to(ROOT).as_posix()


def place(source: str) -> str:
    """The path of a file in the site's docs/."""
    if source in _INDEXES:
        return _INDEXES[source]
    folder, name = posixpath.split(source.removeprefix("docs/"))
    if name == "README.md":
        name = "index.md"
    elif not name.endswith(".md") and not source.startswith("docs/"):
        name += ".txt"  # browsers show it, and do not download it
    return posixpath.join(folder, name)


def _address(path: str, source: str) -> str:
    """What the page `source` contains on the site as the link to a file: that file on the site, or in the repository."""
    if path in staged_files():
        return posixpath.relpath(place(path), posixpath.dirname(place(source)) or ".")
    if not (ROOT / path).exists():
        raise QueuesmithError(f"{source} links {path}, which does not exist. Correct the link")
    return f"{_repository()}/{'tree' if (ROOT / path).is_dir() else 'blob'}/main/{path}"


@functools.cache
def _repository() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Repository"])


def _item(entry: Section | str) -> Any:
    """An item of MkDocs' navigation. Without a title, MkDocs shows the page's heading."""
    if isinstance(entry, Section):
        return {entry.title: [_item(each) for each in entry.content]}
    if entry.startswith("docs/rules/"):
        return {_rule_title(Path(entry).stem): place(entry)}
    return place(entry)


def _rule_title(rule: str) -> str:
    """The rule's id and subject, from the name of its file, because its heading is a sentence."""
    (file,) = (ROOT / "queuesmith" / "rules" / "catalog").glob(f"{rule}_*.py")
    return file.stem.replace("_", " ")
