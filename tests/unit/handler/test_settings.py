"""What a worker reads from its environment when it starts, and what it says where that is wrong."""

from __future__ import annotations

import pytest

from handlers.worker import Settings
from handlers.worker.outcomes import SettingsError


class Orders(Settings):
    orders_table: str
    attempts: int = 3


def test_a_field_is_the_variable_of_its_name() -> None:
    settings = Orders.from_environment({"ORDERS_TABLE": "dev-orders", "ATTEMPTS": "5", "PATH": "/bin"})
    assert (settings.orders_table, settings.attempts, settings.dead_letter_queue_url) == ("dev-orders", 5, None)


def test_everything_that_is_wrong_is_said_at_once_by_variable() -> None:
    variables = {
        "ATTEMPTS": "many",
        "WORKER_BACKOFF_CAP": "43201",
        "WORKER_TIME_FLOOR": "-1",
        "WORKER_QUEUE_URL": "",
        "WORKER_TRACING": "perhaps",
    }
    with pytest.raises(SettingsError) as error:
        Orders.from_environment(variables)
    assert str(error.value).split("; ") == [
        "the environment variable WORKER_QUEUE_URL is '': String should have at least 1 character",
        "the environment variable WORKER_BACKOFF_CAP is '43201': Input should be less than or equal to 43200",
        "the environment variable WORKER_TIME_FLOOR is '-1': Input should be greater than or equal to 0",
        "the environment variable WORKER_TRACING is 'perhaps': Input should be a valid boolean, unable to interpret input",
        "the environment variable ORDERS_TABLE is not set. Set it in the worker's settings: function.environment.ORDERS_TABLE",
        "the environment variable ATTEMPTS is 'many': Input should be a valid integer, unable to parse string as an integer",
    ]


def test_settings_do_not_change() -> None:
    settings = Orders.from_environment({"ORDERS_TABLE": "dev-orders"})
    with pytest.raises(ValueError, match="frozen"):
        settings.orders_table = "other"
