"""The base class of all settings."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from queuesmith.rules.wording import join_words

DESCRIBED = "QUEUESMITH_DESCRIBED_SETTINGS"
"""If this variable is set, fields have their docstrings as descriptions, for the page and the schema. Pydantic parses the
source for that, which takes 40 ms whenever a program starts.
"""
SENTENCE = "sentence"
"""The type of errors whose message is the rest of a sentence that begins with the key path."""


class Settings(BaseModel):
    """A settings object: it is immutable and refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, use_attribute_docstrings=DESCRIBED in os.environ)

    exactly_one_of: ClassVar[tuple[str, ...]] = ()
    """The fields of which exactly one must be set. Empty: no such rule."""

    @model_validator(mode="after")
    def _has_exactly_one(self) -> Self:
        names = [name for name in self.exactly_one_of if getattr(self, name) is not None]
        if self.exactly_one_of and len(names) != 1:
            allowed, actual = join_words(self.exactly_one_of), join_words(names) or "none"
            self.refuse([("", f"must have exactly one of {allowed}, but has {actual}")])
        return self

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
