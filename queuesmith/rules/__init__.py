"""The rule book: what a queue-to-Lambda pipeline must satisfy. Pure Python over plain numbers and strings."""

from queuesmith.rules.book import judge
from queuesmith.rules.finding import Finding, Severity
from queuesmith.rules.pipeline import Function, Mapping, Pipeline, Queue

__all__ = ["Finding", "Function", "Mapping", "Pipeline", "Queue", "Severity", "judge"]
