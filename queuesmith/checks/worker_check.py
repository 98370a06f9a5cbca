"""Checks one worker's settings by the rule book."""

from __future__ import annotations

from datetime import date

from queuesmith.readers.settings import Surroundings, pipeline_of
from queuesmith.rules import Acceptance, Finding, accept, complaints, judge
from queuesmith.settings import WorkerSettings


def judge_worker(
    name: str, settings: WorkerSettings, today: date, around: Surroundings | None = None, *, read_zip: bool = True
) -> list[Finding]:
    """The findings about one worker that are not suppressed. `today` is the day on which its runtime is checked."""
    pipeline = pipeline_of(name, settings, today, around or Surroundings(), read_zip=read_zip)
    acceptances = [Acceptance(rule, reason, where=f"suppress.{rule}") for rule, reason in settings.suppress.items()]
    judgement = judge(pipeline)
    left = [finding for finding in accept(judgement.findings, acceptances) if not finding.accepted]
    return [*left, *complaints(acceptances, judgement.findings, {item.rule for item in judgement.not_judged})]
