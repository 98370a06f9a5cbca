"""What every settings object has in common."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Settings(BaseModel):
    """Frozen, and without any key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def exactly_one_of(self, *names: str) -> None:
        """Raises PydanticCustomError unless just one of these fields is given."""
        if len(self.given(names)) != 1:
            *others, last = names
            raise PydanticCustomError("exactly_one", "exactly one of {names}", {"names": f"{', '.join(others)} and {last}"})

    def given(self, names: Iterable[str]) -> list[str]:
        """Those of these fields that are set."""
        return [name for name in names if getattr(self, name) is not None]
