"""What a worker reads from its environment at start, and its errors if a variable is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, NewType

import pydantic
import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    Json,
    SecretBytes,
    SecretStr,
    create_model,
    field_validator,
    model_validator,
)

from queuesmith_worker import HandlerSettings, Secret
from queuesmith_worker.outcomes import SettingsError


class Orders(HandlerSettings):
    orders_table: str
    attempts: int = 3


def test_a_field_is_the_variable_of_its_name() -> None:
    settings = Orders.from_environment({"ORDERS_TABLE": "dev-orders", "ATTEMPTS": "5", "PATH": "/bin"})
    assert (settings.orders_table, settings.attempts, settings.worker_dead_letter_queue_url) == ("dev-orders", 5, None)


def test_all_invalid_variables_are_reported_together() -> None:
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
        "the environment variable ORDERS_TABLE is not set. In the worker's settings, set function.environment.ORDERS_TABLE",
        "the environment variable ATTEMPTS is 'many': Input should be a valid integer, unable to parse string as an integer",
    ]


def test_settings_do_not_change() -> None:
    settings = Orders.from_environment({"ORDERS_TABLE": "dev-orders"})
    with pytest.raises(ValueError, match="frozen"):
        settings.orders_table = "other"


def test_error_across_variables_shows_no_values() -> None:
    class Pair(HandlerSettings):
        one: str

        @model_validator(mode="after")
        def _fit(self) -> Pair:
            raise ValueError("one and two exclude each other")

    with pytest.raises(SettingsError) as error:
        Pair.from_environment({"ONE": "x", "AWS_SECRET_ACCESS_KEY": "hunter22"})
    assert str(error.value) == "the environment variables cannot be used together: Value error, one and two exclude each other"


def test_value_of_a_secret_field_is_not_shown() -> None:
    class Keys(HandlerSettings):
        keys: list[Secret]

    with pytest.raises(SettingsError) as error:
        Keys.from_environment({"KEYS": "hunter22"})
    assert str(error.value) == "the environment variable KEYS is not valid: Input should be a valid list"


class Login(BaseModel):
    password: SecretStr = Field(min_length=100)


@dataclass
class Account:
    password: SecretStr


def _long(value: str) -> SecretStr:
    raise ValueError(f"{value} is too short")


LONG_SECRET = Annotated[SecretStr, Field(min_length=100)]
SECRETS: tuple[Any, ...] = (
    *(LONG_SECRET, LONG_SECRET | None, list[SecretStr], int | SecretBytes | None, dict[str, list[LONG_SECRET | int]]),
    *(pydantic.Secret[int], pydantic.Secret[int] | None, Annotated[pydantic.Secret[bool] | None, Field()], Json[LONG_SECRET]),
    *(
        Login,
        Login | None,
        Json[Login],
        Account,
        NewType("Password", int),
        Annotated[str, AfterValidator(_long)],
    ),
    *(Annotated[Annotated[str, AfterValidator(_long)] | int, Field()], Annotated[int, Field(repr=False)]),
)
HELD = "hunter22-secret"


@pytest.mark.parametrize("kind", SECRETS, ids=range(len(SECRETS)))
@pytest.mark.parametrize("value", [HELD, json.dumps(HELD), json.dumps({"password": HELD})])
def test_no_value_is_shown_if_the_field_type_can_hold_a_secret(kind: Any, value: str) -> None:
    class Keys(create_model("Base", __base__=HandlerSettings, api_key=(kind, ...))):  # type: ignore[misc]
        @field_validator("api_key", mode="after")
        @classmethod
        def _refused(cls, _: object) -> None:
            raise ValueError("it is refused")

    with pytest.raises(SettingsError) as error:
        Keys.from_environment({"API_KEY": value})
    assert str(error.value).startswith("the environment variable API_KEY is not valid: ")
    assert HELD not in str(error.value)


def test_text_of_a_custom_validator_is_masked_too() -> None:
    class Keys(HandlerSettings):
        api_key: SecretStr
        other: str

        @model_validator(mode="after")
        def _fit(self) -> Keys:
            raise ValueError(f"{self.api_key.get_secret_value()} is not for {self.other}")

    with pytest.raises(SettingsError) as error:
        Keys.from_environment({"API_KEY": HELD, "OTHER": "theirs"})
    assert str(error.value) == "the environment variables cannot be used together: Value error, *** is not for theirs"


class Color(Enum):
    RED = "red"


@pytest.mark.parametrize(
    "kind", [int, int | None, Annotated[float, Field(gt=3)], Literal["a", "b"], list[int], Color, bool | int]
)
def test_invalid_plain_value_is_shown(kind: Any) -> None:
    made = create_model("Plain", __base__=HandlerSettings, level=(kind, ...))
    with pytest.raises(SettingsError, match=r"LEVEL.* is 'perhaps': "):
        made.from_environment({"LEVEL": "perhaps"})


def test_field_can_have_any_name_that_the_toolkit_does_not_use() -> None:
    class Forwarder(HandlerSettings):
        queue_url: str
        tracing: str

    settings = Forwarder.from_environment({"QUEUE_URL": "https://other", "TRACING": "x"})
    assert (settings.queue_url, settings.worker_queue_url, settings.worker_tracing) == ("https://other", None, False)
    with pytest.raises(
        TypeError, match=r"^Bad defines worker_queue_url, which HandlerSettings already defines\. Choose another name$"
    ):

        class Bad(HandlerSettings):
            worker_queue_url: str
