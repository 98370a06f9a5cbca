"""Circuit breakers whose state is in memory, and whose time passes only if a test says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, cast
from unittest import mock
from uuid import uuid4

try:
    from aws_lambda_powertools.utilities.circuit_breaker import CircuitBreakerConfig, CircuitState, circuit_breaker
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerPersistenceLayer, CircuitStateRecord
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("queuesmith_worker.testing needs aws-lambda-powertools 3.37 or later") from error

from queuesmith_worker import circuit


class FakeCircuit:
    """The state of one circuit, in memory. It has the methods that Powertools calls on a persistence layer.

    Powertools compares the times in the state with the computer's clock. Therefore `get_state` shifts these times by the
    difference between the test's clock and the computer's clock.

    Parameters
    ----------
    name
        The name of the circuit.
    clock
        Returns the test's time in seconds.

    """

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self.name = name
        self.key = f"{name} {uuid4()}"
        """The name under which Powertools counts failures. The whole Python process shares this count, so the name is unique:
        no two tests share a count."""
        self.state = CircuitState.CLOSED
        self._clock, self._lock = clock, Lock()
        self._failure_count = 0
        self._opened = self._probed = 0.0
        self._owner: str | None = None
        self._recovery_timeout = 0

    def configure(self, config: CircuitBreakerConfig, circuit_name: str) -> None:  # noqa: ARG002  # there is one circuit
        """Read the recovery timeout."""
        self._recovery_timeout = config.recovery_timeout

    def get_state(self, name: str) -> CircuitStateRecord:  # noqa: ARG002
        """Return the current state."""
        with self._lock:
            if self.state == CircuitState.CLOSED:
                return CircuitStateRecord(self.name, self.state)
            now, test_now = int(time.time()), self._clock()
            opened_at = now - int(test_now - self._opened)
            if self.state == CircuitState.OPEN:
                return CircuitStateRecord(self.name, self.state, self._failure_count, opened_at)
            lease_expiry = now - int(test_now - self._probed) + self._recovery_timeout
            return CircuitStateRecord(self.name, self.state, 0, opened_at, self._owner, lease_expiry)

    def save_open(self, name: str, failure_count: int, opened_at: int) -> None:  # noqa: ARG002
        """Open the circuit."""
        with self._lock:
            self.state, self._failure_count, self._opened = CircuitState.OPEN, failure_count, self._clock()

    def save_reopen(self, name: str, opened_at: int) -> None:
        """Open the circuit again, after a failed probe."""
        self.save_open(name, 0, opened_at)

    def save_closed(self, name: str) -> None:  # noqa: ARG002
        """Close the circuit."""
        with self._lock:
            self.state = CircuitState.CLOSED

    def try_acquire_half_open(self, name: str, owner: str, opened_at: int) -> bool:  # noqa: ARG002
        """Let one thread call the dependency, if the recovery timeout is over. Returns whether the current thread can call
        it.
        """
        with self._lock:
            since = self._probed if self.state == CircuitState.HALF_OPEN else self._opened
            if self.state == CircuitState.CLOSED or self._clock() - since < self._recovery_timeout:
                return False
            self.state, self._owner, self._probed = CircuitState.HALF_OPEN, owner, self._clock()
            return True


class FakeCircuits:
    """The circuits of a test's `pause_on_open`, all of them closed at first.

    Parameters
    ----------
    clock
        Returns the test's time in seconds.

    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._circuits: dict[str, FakeCircuit] = {}
        self._lock = Lock()

    def __getitem__(self, name: str) -> FakeCircuit:
        """Return the circuit with this name."""
        with self._lock:
            return self._circuits.setdefault(name, FakeCircuit(name, self._clock))

    @contextmanager
    def replace_stores(self) -> Iterator[None]:
        """Let each `pause_on_open` use these circuits instead of its store."""

        def breaker(name: str, _store: object, **options: Any) -> Any:
            found = self[name]
            return circuit_breaker(found.key, cast(CircuitBreakerPersistenceLayer, found), **options)

        with mock.patch.object(circuit, "circuit_breaker", breaker):
            yield
