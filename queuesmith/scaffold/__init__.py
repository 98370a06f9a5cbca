"""Writes the files of a new project, and adds workers and environments to an existing one."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.scaffold.additions import Addition, add_environment, add_worker
    from queuesmith.scaffold.new_project import OPTION_CHECKS, NewProject, ProjectOptions, create_project, default_project_name

__all__ = [
    "OPTION_CHECKS",
    "Addition",
    "NewProject",
    "ProjectOptions",
    "add_environment",
    "add_worker",
    "create_project",
    "default_project_name",
]

__getattr__ = lazy_exports(__name__)  # lazy, so that `init --help` starts without pydantic and Jinja
