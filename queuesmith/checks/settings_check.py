"""Checks a complete configuration: every worker against the rules. Each finding names its environment, file and line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from queuesmith.checks.reports.report import FileReport, PipelineReport
from queuesmith.checks.worker_check import check_worker, worker_report
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.readers.local_code import code_problem, zip_problem
from queuesmith.readers.settings.pipeline import WorkerContext
from queuesmith.rules import Finding, Place, Severity, Suppression, suppress
from queuesmith.settings import WorkerSettings
from queuesmith.settings.loading import Configuration, Environment, Problem, load, one_line_each


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
            path = _key_of(finding, key, worker)
            place = environment.origins.place_of(path)
            prefix = f"{key}: " if path[0] == "workers" else ""
            yield finding.severity, f"{prefix}{finding.message}. {finding.remedy} ({place}) [{finding.rule}]"


def _key_of(finding: Finding, name: str, worker: WorkerSettings) -> list[str]:
    """The key of a finding in the files. A tag can also come from the environment's tags, which apply to all workers."""
    path = finding.attribute.split(".")
    return path if path[0] == "tags" and ".".join(path[1:]) not in worker.tags else ["workers", name, *path]


def check_settings(folder: Path, *, today: date, suppressions: Sequence[Suppression] = ()) -> list[FileReport]:
    """Check the settings in a project's `config/`. Each environment is a file of the report.

    The code of functions is not checked. Raises UsageError if settings cannot be read, for example an unknown key.
    """
    configuration = load(folder)
    if problems := configuration.problems:
        more = f". There are {counted(len(problems) - 1, 'more problem')}: python main.py --check" if len(problems) > 1 else ""
        raise UsageError(f"{problems[0]}{more}")
    return [
        FileReport(str(folder / f"{name}.toml"), tuple(_worker_reports(folder, environment, today, suppressions)))
        for name, environment in sorted(configuration.environments.items())
    ]


def _worker_reports(
    folder: Path, environment: Environment, today: date, suppressions: Sequence[Suppression]
) -> Iterator[PipelineReport]:
    settings = environment.settings
    context = WorkerContext.in_environment(settings.environment, settings.tags)
    for name, worker in settings.workers.items():
        report = worker_report(name, worker, today, context, read_zip=False)
        found = [_with_place(each, _key_of(each, name, worker), folder, environment) for each in report.every_finding]
        every = [each if each.suppression_reason else suppress([each], suppressions)[0] for each in found]
        yield replace(report, every_finding=tuple(every))


def _with_place(finding: Finding, key: list[str], folder: Path, environment: Environment) -> Finding:
    """The finding with its file and line. Its address names the worker, so that baselines keep workers apart."""
    file, line = environment.origins.file_and_line_of(key)
    place = Place(str(folder / file), line, line) if line else None
    return replace(finding, place=place, address=".".join([*key[:2], finding.address]).rstrip("."))


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
