"""Checks a complete configuration: every worker against the rules. Each finding names its environment, file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from queuesmith.checks.worker_check import check_worker
from queuesmith.common.printing import counted
from queuesmith.readers.local_code import code_problem, zip_problem
from queuesmith.readers.settings.pipeline import WorkerContext
from queuesmith.rules import Severity
from queuesmith.settings.loading import Configuration, Environment, Problem, one_line_each


@dataclass
class SettingsReport:
    """Problems in the settings, one line each."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """`1 error and 2 warnings`."""
        counts = ((self.errors, "error"), (self.warnings, "warning"))
        return " and ".join(counted(len(texts), what) for texts, what in counts if texts)


def check_configuration(configuration: Configuration, today: date, *, check_zips: bool = True) -> SettingsReport:
    """Check each valid environment against the rules, and that local code exists. The problems that `load` found come first.

    Parameters
    ----------
    configuration
        The loaded configuration.
    today
        The date that is compared with the deprecation dates of Lambda's runtimes.
    check_zips
        True: check the zips. Their paths are relative to the working directory. False: check the source folders instead,
        because the zips are not built yet.

    """
    errors: list[Problem] = []
    warnings: list[Problem] = []
    for name, environment in sorted(configuration.environments.items()):
        for severity, text in _findings(environment, today, read_zip=check_zips):
            (errors if severity is Severity.ERROR else warnings).append((name, text))
        errors += [(name, text) for text in (_zip_problems(environment) if check_zips else _code_problems(environment))]
    return SettingsReport([*configuration.problems, *one_line_each(errors)], one_line_each(warnings))


def _findings(environment: Environment, today: date, *, read_zip: bool) -> Iterator[tuple[Severity, str]]:
    settings = environment.settings
    context = WorkerContext.in_environment(settings.environment, settings.tags)
    for key, worker in settings.workers.items():
        for finding in check_worker(key, worker, today, context, read_zip=read_zip):
            path = finding.attribute.split(".")
            # a tag can also come from the environment's tags, which apply to all workers
            is_worker_setting = path[0] != "tags" or ".".join(path[1:]) in worker.tags
            place = environment.origins.place_of(["workers", key, *path] if is_worker_setting else path)
            prefix = f"{key}: " if is_worker_setting else ""
            yield finding.severity, f"{prefix}{finding.message}. {finding.remedy} ({place}) [{finding.rule}]"


def _zip_problems(environment: Environment) -> Iterator[str]:
    for key, worker in environment.settings.workers.items():
        zip_path = worker.function.artifact.zip
        if zip_path is not None and (problem := zip_problem(zip_path)):
            place = environment.origins.place_of(["workers", key, "function", "artifact", "zip"])
            yield f"{key}: {problem} ({place})"


def _code_problems(environment: Environment) -> Iterator[str]:
    for key, worker in environment.settings.workers.items():
        if problem := code_problem(key, worker.function):
            setting, text = problem
            yield f"{key}: {text} ({environment.origins.place_of(['workers', key, 'function', setting])})"
