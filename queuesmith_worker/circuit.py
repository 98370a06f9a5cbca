"""Powertools' circuit breaker for a dependency of a worker: while it is open, the worker's batches are paused."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

try:
    from aws_lambda_powertools.utilities.circuit_breaker import (
        CircuitBreakerConfig,
        CircuitBreakerOpenError,
        CircuitState,
        CircuitTransition,
        circuit_breaker,
    )
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerPersistenceLayer
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("pause_on_open needs aws-lambda-powertools 3.37 or later") from error

from queuesmith_worker.outcomes import AlreadyDone, CircuitOpen, NonRetryable, RetryLater

P = ParamSpec("P")
R = TypeVar("R")


def pause_on_open(
    name: str, store: CircuitBreakerPersistenceLayer, config: CircuitBreakerConfig | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Put Powertools' circuit breaker around a function that calls a dependency, and pause the worker while it is open.

    After several failures, the circuit opens: the function is not called any more. Its message, and the messages of the batch
    that have not begun, return to the queue and are invisible for a while (`failures.circuit_breaker`). After the recovery
    timeout, one message calls the function. If that succeeds, the circuit is closed.

    Parameters
    ----------
    name
        The name of the circuit, for example the dependency's name. All workers with this name and store share the circuit.
    store
        Where Powertools keeps the state: `CircuitBreakerDynamoDBPersistence` with a table of the settings.
    config
        Powertools' configuration. Default: three failures in a row open the circuit, and one success after 30 seconds closes
        it. AlreadyDone, NonRetryable and RetryLater do not count as failures.

    Returns
    -------
    Callable
        A decorator. The decorated function raises CircuitOpen while the circuit is open, also for the call that opened it.
        Let that exception pass through the worker's function.

    Raises
    ------
    TypeError
        If the function is a coroutine function, which Powertools' circuit breaker does not support.

    Example
    -------
        store = CircuitBreakerDynamoDBPersistence(settings.circuit_table)

        @pause_on_open("mail", store)
        def send(mail: Mail) -> None:
            mail_service.send(mail.to)

    """
    config = config or CircuitBreakerConfig(
        failure_threshold=3,
        recovery_timeout=30,
        success_threshold=1,
        ignored_exceptions=(AlreadyDone, CircuitOpen, NonRetryable, RetryLater),
    )

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if inspect.iscoroutinefunction(function):
            name_of = getattr(function, "__name__", "the function")
            raise TypeError(f"pause_on_open: {name_of} is a coroutine function, which the circuit breaker does not support")

        @functools.wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            opened = False

            def observe(transition: CircuitTransition) -> None:
                nonlocal opened
                opened = opened or transition.to_state == CircuitState.OPEN

            call: Any = circuit_breaker(name, store, on_transition=observe, config=config)(function)
            try:
                return call(*args, **kwargs)  # type: ignore[no-any-return]
            except CircuitBreakerOpenError as error:
                if error.circuit is None or error.circuit.name != name:
                    raise  # of another circuit, inside the function
                raise CircuitOpen(name) from None
            except Exception as error:
                if opened:  # by this call
                    raise CircuitOpen(name) from error
                raise

        return guarded

    return decorate
