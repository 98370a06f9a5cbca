"""The base class of all settings."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from queuesmith.rules.wording import listed

DESCRIBED = "QUEUESMITH_DESCRIBED_SETTINGS"
"""If this variable is set, fields have their docstrings as descriptions, for the page and the schema. Pydantic parses the
source for that, which takes 40 ms whenever a program starts.
"""
SENTENCE = "sentence"
"""The type of errors whose message is the rest of a sentence that begins with the key path."""


class Settings(BaseModel):
    """A settings object: it is immutable and refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, use_attribute_docstrings=DESCRIBED in os.environ)

    def refuse(self, problems: Iterable[tuple[str, str]]) -> None:
        """Raise ValidationError with all of these problems, if there are any.

        A problem is the key path of the setting to change, below this object, and the rest of a sentence that begins with it.
        """
        details = [
            InitErrorDetails(
                type=PydanticCustomError(SENTENCE, "{text}", {"text": text}),
                loc=tuple(path.split(".")) if path else (),
                input=None,
            )
            for path, text in problems
        ]
        if details:
            raise ValidationError.from_exception_data(type(self).__name__, details)

    def exactly_one_of(self, *names: str) -> None:
        """Raise ValidationError unless exactly one of these fields is set."""
        names_set = [name for name in names if getattr(self, name) is not None]
        if len(names_set) != 1:
            self.refuse([("", f"must have exactly one of {listed(names)}, but has {listed(names_set) or 'none'}")])
