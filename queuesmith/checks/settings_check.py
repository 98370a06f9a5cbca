"""What is said about a whole configuration: every worker judged, each finding with its environment and the file it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from queuesmith.checks.worker_check import judge_worker
from queuesmith.common.texts import counted, printable
from queuesmith.readers.local_code import complaint_about_sources, complaint_about_zip
from queuesmith.readers.settings import Surroundings
from queuesmith.rules import Severity
from queuesmith.settings.field_types import UNKNOWN_TEXT
from queuesmith.settings.loading import BrokenEnvironment, Configuration, Environment, once_for_all


@dataclass
class Verdict:
    """What is said about one environment or all of them, ready to print."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def counts(self) -> str:
        """`1 error and 2 warnings`."""
        found = ((self.errors, "error"), (self.warnings, "warning"))
        return " and ".join(counted(len(texts), what) for texts, what in found if texts)


def judge_all(configuration: Configuration, today: date, *, packaged: bool = True) -> Verdict:
    """Everything that is wrong with a project's settings: problems of shape, findings, zips that are not there."""
    environments: dict[str, Environment | BrokenEnvironment] = {**configuration.environments, **configuration.broken}
    names = sorted(environments)
    verdicts = [judge_environment(environments[name], today, packaged=packaged) for name in names]
    errors = once_for_all((text for verdict in verdicts for text in verdict.errors), names)
    warnings = once_for_all((text for verdict in verdicts for text in verdict.warnings), names)
    return Verdict([*configuration.problems, *map(printable, errors)], [printable(text) for text in warnings])


def judge_environment(environment: Environment | BrokenEnvironment, today: date, *, packaged: bool = True) -> Verdict:
    """Every finding about an environment's workers, or about what is left of them, and local code that is not there.

    Zips are looked for relative to the working directory if they should be `packaged` by now, and else what goes into them.
    """
    verdict = Verdict()
    around = Surroundings.in_environment(environment.name, environment.tags)
    for key, worker in environment.workers.items():
        for finding in judge_worker(key, worker, today, around, read_zip=packaged):
            path = finding.attribute.split(".")
            is_workers = path[0] != "tags" or ".".join(path[1:]) in worker.tags
            file = environment.origins.file_of(["workers", key, *path] if is_workers else path)
            whose = f"{environment.name}: {key}" if is_workers else environment.name
            text = f"{whose}: {finding.message}. {finding.remedy} ({file}) [{finding.rule}]"
            said = verdict.errors if finding.severity is Severity.ERROR else verdict.warnings
            if text not in said:  # an environment's tags are those of each of its workers
                said.append(text)
    verdict.errors.extend(_about_zips(environment) if packaged else _about_sources(environment))
    return verdict


def _about_zips(environment: Environment | BrokenEnvironment) -> Iterator[str]:
    for key, worker in environment.workers.items():
        zip_path = worker.function.artifact.zip
        if zip_path not in (None, UNKNOWN_TEXT) and (complaint := complaint_about_zip(zip_path)):
            file = environment.origins.file_of(["workers", key, "function", "artifact", "zip"])
            yield f'{environment.name}: {key}: function.artifact.zip is "{zip_path}", {complaint} ({file})'


def _about_sources(environment: Environment | BrokenEnvironment) -> Iterator[str]:
    for key, worker in environment.workers.items():
        if complaint := complaint_about_sources(worker.function):
            setting, text = complaint
            file = environment.origins.file_of(["workers", key, "function", setting])
            yield f"{environment.name}: {key}: {text} ({file})"
