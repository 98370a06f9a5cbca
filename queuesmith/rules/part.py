"""What a finding can be about, and by whose keys it is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from queuesmith.rules.keys import SETTINGS


class Dialect(Enum):
    """Whose keys the messages use."""

    SETTINGS = "settings"
    TERRAFORM = "terraform"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that a finding can be about."""

    address: str
    """A Terraform address, or the table of the settings that it comes from."""
    dialect: Dialect = Dialect.SETTINGS
    terraform_names: ClassVar[Mapping[str, str]] = {}

    def key(self, attribute: str) -> str:
        """The user's own key of an attribute: `queue.visibility_timeout`, `aws_sqs_queue.a.visibility_timeout_seconds`."""
        if self.dialect is Dialect.TERRAFORM:
            name, dot, rest = attribute.partition(".")  # a name under a table of the user's own
            whole = self.terraform_names.get(attribute) or f"{self.terraform_names.get(name, name)}{dot}{rest}"
            return f"{self.address}.{whole}"
        dotted = f"{self.address}.{attribute}" if self.address else attribute
        return SETTINGS.get(dotted, dotted)
