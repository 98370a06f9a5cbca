"""What a worker reads from its environment when it starts, and what it says where that is wrong."""

from __future__ import annotations

import pytest
from pydantic import model_validator

from handlers.worker import Secret, Settings
from handlers.worker.outcomes import SettingsError


class Orders(Settings):
    orders_table: str
    attempts: int = 3


def test_a_field_is_the_variable_of_its_name() -> None:
    settings = Orders.from_environment({"ORDERS_TABLE": "dev-orders", "ATTEMPTS": "5", "PATH": "/bin"})
    assert (settings.orders_table, settings.attempts, settings.worker_dead_letter_queue_url) == ("dev-orders", 5, None)


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


def test_where_variables_do_not_fit_together_none_of_the_environment_is_shown() -> None:
    class Pair(Settings):
        one: str

        @model_validator(mode="after")
        def _fit(self) -> Pair:
            raise ValueError("one and two exclude each other")

    with pytest.raises(SettingsError) as error:
        Pair.from_environment({"ONE": "x", "AWS_SECRET_ACCESS_KEY": "hunter22"})
    assert str(error.value) == "the environment variables do not fit together: Value error, one and two exclude each other"


def test_a_value_in_the_place_of_secrets_is_not_shown() -> None:
    class Keys(Settings):
        keys: list[Secret]

    with pytest.raises(SettingsError) as error:
        Keys.from_environment({"KEYS": "hunter22"})
    assert str(error.value) == "the environment variable KEYS cannot be used: Input should be a valid list"


def test_a_setting_may_have_any_name_but_those_of_the_toolkit() -> None:
    class Forwarder(Settings):
        queue_url: str
        tracing: str

    settings = Forwarder.from_environment({"QUEUE_URL": "https://other", "TRACING": "x"})
    assert (settings.queue_url, settings.worker_queue_url, settings.worker_tracing) == ("https://other", None, False)
    with pytest.raises(TypeError, match="Bad: worker_queue_url is what every worker's settings have"):

        class Bad(Settings):
            worker_queue_url: str
