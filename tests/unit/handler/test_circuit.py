"""Powertools' circuit breaker in a worker's function: a dependency that is down uses up few receive attempts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aws_lambda_powertools.utilities.circuit_breaker import CircuitBreakerConfig, CircuitInfo, base, circuit_breaker
from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerPersistenceLayer, CircuitStateRecord

from queuesmith_worker import HandlerSettings, RetryLater, Worker
from queuesmith_worker.testing import QUEUE_URL, FakeLambda, SqsMessage
from tests.unit.handler.world import Job

DOWN = 600
"""Seconds for which the dependency does not respond."""
WAIT = 120
MESSAGES = 20


class Memory(CircuitBreakerPersistenceLayer):
    """The circuit's state in this process. DynamoDB's layer is Powertools' own."""

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, CircuitStateRecord] = {}

    def _get_record(self, name: str) -> CircuitStateRecord | None:
        return self.records.get(name)

    def _put_record(
        self, record: CircuitStateRecord, condition: str | None = None, expected_opened_at: int | None = None
    ) -> None:
        self.records[record.name] = record

    def _update_record(self, record: CircuitStateRecord) -> None:
        self.records[record.name] = record


class Service:
    """A dependency that is down at first, behind a circuit breaker."""

    def __init__(self, now: Callable[[], float], name: str) -> None:
        self.now, self.calls = now, 0
        config = CircuitBreakerConfig(failure_threshold=3, recovery_timeout=60, success_threshold=1, local_cache_max_age=0)
        self.call = circuit_breaker(name, Memory(), on_circuit_open=self._later, config=config)(self._call)

    def _call(self, job: Job) -> None:
        self.calls += 1
        if self.now() < DOWN:
            raise ConnectionError("the service is down")

    def _later(self, job: Job, circuit: CircuitInfo) -> None:
        raise RetryLater(WAIT, f"the circuit {circuit.name} is open")


@pytest.mark.parametrize("concurrency", ["1", "10"])
def test_dependency_down_for_ten_minutes_sends_no_message_to_the_dlq(
    fake_lambda: FakeLambda, monkeypatch: pytest.MonkeyPatch, concurrency: str
) -> None:
    """Each message needs at most nine receive attempts: one or two failures with backoff, and one for every two minutes."""
    clock = [0.0]
    monkeypatch.setattr(base.CircuitBreakerHandler, "_now", staticmethod(lambda: int(clock[0])))
    service = Service(lambda: clock[0], f"service-{concurrency}")
    variables = {"WORKER_QUEUE_URL": QUEUE_URL, "WORKER_CONCURRENCY": concurrency, "WORKER_MAX_RECEIVE_COUNT": "9"}
    worker = Worker(Job, service.call, HandlerSettings.from_environment(variables))
    due = {f"m{number}": (0.0, 1) for number in range(MESSAGES)}
    while due:
        clock[0] = min(time for time, _ in due.values())
        batch = sorted(each for each, (time, _) in due.items() if time <= clock[0])[:10]
        messages = [SqsMessage(Job(id=each), each, receives=due[each][1]) for each in batch]
        for message in fake_lambda.invoke(worker, *messages).messages:
            receives = due.pop(message.id)[1] + 1
            if message.is_returned:
                assert receives <= 9, "the next receive would move it to the DLQ"
                due[message.id] = (clock[0] + (message.retry_after or 0), receives)
    assert clock[0] >= DOWN
    assert service.calls <= 3 * MESSAGES, "while the circuit is open, hardly any message calls the service"
