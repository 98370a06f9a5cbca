"""The rule book over settings: a worker's settings become the rules' model, and findings get their environment and file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zipfile import is_zipfile

from queuesmith.handler_code import SOURCES, problem_in_sources
from queuesmith.rules import Acceptance, Finding, Severity, accept, judge
from queuesmith.rules.wording import printable
from stacks.configuration import BrokenEnvironment, Configuration, Environment, Origins
from stacks.model import Surroundings, pipeline_of
from stacks.settings import WorkerSettings
from stacks.settings.field_types import UNKNOWN_TEXT, is_token


def judge_worker(
    name: str, settings: WorkerSettings, today: date, around: Surroundings | None = None, *, read_zip: bool = True
) -> list[Finding]:
    """Every finding about one worker that it does not accept. `today` is when its runtime is judged."""
    pipeline = pipeline_of(name, settings, today, around or Surroundings(), read_zip=read_zip)
    acceptances = [Acceptance(rule, reason, where=f"accept.{rule}") for rule, reason in settings.accept.items()]
    judgement = judge(pipeline)
    return list(accept(judgement.findings, acceptances, {item.rule for item in judgement.not_judged}).findings)


def complaint_about_zip(path: str | Path) -> str | None:
    """What is wrong with a local zip, and what to do; None where nothing is."""
    if not os.path.isfile(path):  # which takes any text, however long
        return "which is not there. Run: make package"
    if not is_zipfile(path):
        return "which is not a zip. Run: make package"
    return None


@dataclass
class Verdict:
    """What is said about one environment, ready to print."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def counts(self) -> str:
        """`1 error and 2 warnings`."""
        counted = ((len(self.errors), "error"), (len(self.warnings), "warning"))
        return " and ".join(f"{number} {what}{'s' * (number > 1)}" for number, what in counted if number)


def judge_all(configuration: Configuration, today: date, *, packaged: bool = True) -> Verdict:
    """Everything that is wrong with a project's settings: problems of shape, findings, zips that are not there."""
    verdicts = [judge_environment(environment, today, packaged=packaged) for environment in configuration.environments.values()]
    broken = configuration.broken.items()
    verdicts += [judge_broken(name, environment, today, packaged=packaged) for name, environment in broken]
    errors = [*configuration.problems, *(text for verdict in verdicts for text in verdict.errors)]
    return Verdict([printable(text) for text in errors], [printable(text) for verdict in verdicts for text in verdict.warnings])


def judge_environment(environment: Environment, today: date, *, packaged: bool = True) -> Verdict:
    """Every finding about an environment's workers, and local zips that are not there.

    Zips are looked for relative to the working directory if they should be `packaged` by now, and else what goes into them.
    """
    settings = environment.settings
    around = Surroundings(environment=settings.environment, tags=settings.tags, alarms_are_sent=True)
    return _judge(settings.environment, settings.workers, environment.origins, today, around, packaged=packaged)


def judge_broken(name: str, environment: BrokenEnvironment, today: date, *, packaged: bool = True) -> Verdict:
    """The same about an environment that cannot be used for another reason: about what is left of it."""
    around = Surroundings(environment=name, tags=environment.tags, alarms_are_sent=True)
    return _judge(name, environment.workers, environment.origins, today, around, packaged=packaged)


def _judge(
    name: str, workers: Mapping[str, WorkerSettings], origins: Origins, today: date, around: Surroundings, *, packaged: bool
) -> Verdict:
    verdict = Verdict()
    for key, worker in workers.items():
        for finding in judge_worker(key, worker, today, around, read_zip=packaged):
            path = finding.attribute.split(".")
            of_worker = path[0] != "tags" or ".".join(path[1:]) in worker.tags
            file = origins.file_of(["workers", key, *path] if of_worker else path)
            whose = f"{name}: {key}" if of_worker else name
            text = f"{whose}: {finding.message}. {finding.remedy} ({file}) [{finding.rule}]"
            said = verdict.errors if finding.severity is Severity.ERROR else verdict.warnings
            if text not in said:  # tags are those of every worker
                said.append(text)
    complaints = _about_zips if packaged else _about_sources
    verdict.errors.extend(complaints(name, workers, origins))
    return verdict


def _about_zips(name: str, workers: Mapping[str, WorkerSettings], origins: Origins) -> Iterator[str]:
    for key, worker in workers.items():
        zip_path = worker.function.artifact.zip
        if zip_path not in (None, UNKNOWN_TEXT) and (complaint := complaint_about_zip(zip_path)):
            file = origins.file_of(["workers", key, "function", "artifact", "zip"])
            yield f'{name}: {key}: function.artifact.zip is "{zip_path}", {complaint} ({file})'


def _about_sources(name: str, workers: Mapping[str, WorkerSettings], origins: Origins) -> Iterator[str]:
    """Handlers that `queuesmith package` would not find, before it is run. Without the sources nothing is judged."""
    for key, worker in workers.items():
        function = worker.function
        if (
            function.artifact.zip is None
            or is_token(function.handler)
            or is_token(function.source)
            or not function.runtime.startswith("python")
        ):
            continue
        sources = Path(function.source)
        if not sources.is_dir():
            if function.source != str(SOURCES):  # a project may have none of its own
                file = origins.file_of(["workers", key, "function", "source"])
                text = (
                    f'function.source is "{function.source}", but there is no such folder. Name one with the function\'s code'
                )
                yield f"{name}: {key}: {text} ({file})"
        elif problem := problem_in_sources(sources, function.handler):
            file = origins.file_of(["workers", key, "function", "handler"])
            yield f'{name}: {key}: function.handler is "{function.handler}", but {problem} ({file})'
