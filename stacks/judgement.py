"""The rule book over settings: a worker's settings become the rules' model, and findings get their environment and file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import is_zipfile

from queuesmith.rules import Finding, Function, Mapping, Pipeline, Queue, Severity, judge
from stacks.configuration import Environment
from stacks.field_types import is_token
from stacks.settings import WorkerSettings


def _known(value: int | None) -> int | None:
    return None if value is None or is_token(value) else value


def pipeline_of(name: str, settings: WorkerSettings) -> Pipeline:
    """The rules' model of a worker. What only Terraform will know is unknown."""
    return Pipeline(
        name=name,
        queue=Queue(visibility_timeout=_known(settings.visibility_timeout)),
        function=Function(timeout=_known(settings.function.timeout)),
        mapping=Mapping(batching_window=_known(settings.source.batching_window)),
    )


def judge_worker(name: str, settings: WorkerSettings) -> list[Finding]:
    """Every finding about one worker."""
    return judge(pipeline_of(name, settings))


def complaint_about_zip(path: str | Path) -> str | None:
    """What is wrong with a local zip, and what to do; None where nothing is."""
    if not Path(path).is_file():
        return "which is not there. Run: make package"
    if not is_zipfile(path):
        return "which is not a zip. Run: make package"
    return None


@dataclass(frozen=True)
class Verdict:
    """What is said about one environment, ready to print."""

    errors: list[str]
    warnings: list[str]


def judge_environment(environment: Environment, *, packaged: bool = True) -> Verdict:
    """Every finding about an environment's workers, and local zips that are not there.

    Zips are looked for relative to the working directory, and only if they should be `packaged` by now.
    """
    settings, origins = environment.settings, environment.origins
    errors: list[str] = []
    warnings: list[str] = []
    for key, worker in settings.workers.items():
        prefix = f"{settings.environment}: {key}"
        for finding in judge_worker(key, worker):
            file = origins.file_of(["workers", key, *finding.attribute.split(".")])
            text = f"{prefix}: {finding.message}. {finding.remedy} ({file}) [{finding.rule}]"
            (errors if finding.severity is Severity.ERROR else warnings).append(text)
        zip_path = worker.function.artifact.zip
        if packaged and zip_path is not None and (complaint := complaint_about_zip(zip_path)):
            file = origins.file_of(["workers", key, "function", "artifact", "zip"])
            errors.append(f'{prefix}: function.artifact.zip is "{zip_path}", {complaint} ({file})')
    return Verdict(errors, warnings)
