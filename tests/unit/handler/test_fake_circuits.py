"""The kit's circuits: in memory, separate for each test, by the test's clock, under Powertools' own circuit breaker."""

from __future__ import annotations

import boto3
import pytest
from aws_lambda_powertools.utilities.circuit_breaker import CircuitState
from aws_lambda_powertools.utilities.circuit_breaker.persistence import (
    CircuitBreakerDynamoDBPersistence,
    CircuitBreakerPersistenceLayer,
)

from queuesmith_worker import CircuitOpen, HandlerSettings, Worker, pause_on_open
from queuesmith_worker.testing import FakeLambda
from queuesmith_worker.testing.fake_circuits import FakeCircuit
from tests.unit.handler.world import Job

NAME = "a service"
STORE = CircuitBreakerDynamoDBPersistence(
    "circuits", boto3_session=boto3.Session("testing", "testing", region_name="eu-west-1")
)


class Service:
    """A dependency that is down until a test says otherwise, behind a circuit breaker with the store that the guide shows."""

    def __init__(self) -> None:
        self.is_down, self.calls = True, 0
        self.call = pause_on_open(NAME, STORE)(self._call)
        self.worker = Worker(Job, self.call, HandlerSettings.from_environment({}))

    def _call(self, job: Job) -> None:
        self.calls += 1
        if self.is_down:
            raise ConnectionError("the service is down")


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.mark.parametrize("test", ["first", "second"])
def test_no_test_counts_the_failures_of_another(fake_lambda: FakeLambda, service: Service, test: str) -> None:
    """Powertools counts failures in the process. This fails if it counts them by anything but the circuit's name."""
    fake_lambda.invoke(service.worker, Job(id=test), Job(id=test)).assert_outcomes("Failed")
    assert fake_lambda.circuits[NAME].state == CircuitState.CLOSED


def test_circuit_recovers_by_the_clock_of_the_test(fake_lambda: FakeLambda, service: Service) -> None:
    circuit = fake_lambda.circuits[NAME]
    fake_lambda.invoke(service.worker, *[Job(id="a")] * 4).assert_outcomes("Failed", "Failed", "Paused", "Paused")
    service.is_down = False
    fake_lambda.clock.advance(29)
    fake_lambda.invoke(service.worker, Job(id="a")).assert_outcomes("Paused")
    assert (service.calls, circuit.state) == (3, CircuitState.OPEN)
    fake_lambda.clock.advance(1)
    fake_lambda.invoke(service.worker, Job(id="a")).assert_outcomes("Processed")
    assert (service.calls, circuit.state) == (4, CircuitState.CLOSED)


def test_probe_without_a_result_is_repeated_after_the_recovery_timeout(fake_lambda: FakeLambda, service: Service) -> None:
    circuit = fake_lambda.circuits[NAME]
    fake_lambda.invoke(service.worker, *[Job(id="a")] * 3).assert_outcomes("Failed", "Failed", "Paused")
    service.is_down = False
    fake_lambda.clock.advance(30)
    assert circuit.try_acquire_half_open(circuit.key, "another thread", 0)
    for seconds in (0, 29):
        fake_lambda.clock.advance(seconds)
        with pytest.raises(CircuitOpen):
            service.call(Job(id="a"))
    assert service.calls == 3
    fake_lambda.clock.advance(1)
    service.call(Job(id="a"))
    assert circuit.state == CircuitState.CLOSED


def test_it_has_every_public_method_of_powertools_layer() -> None:
    def methods(layer: type) -> set[str]:
        return {name for name, value in vars(layer).items() if callable(value) and not name.startswith("_")}

    assert methods(FakeCircuit) == methods(CircuitBreakerPersistenceLayer)
