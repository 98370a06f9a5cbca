"""The log groups of a Terraform file, and which functions write to them."""

from __future__ import annotations

from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.joining import FUNCTION, LOG_GROUP, Elsewhere, Found, Join
from queuesmith.readers.terraform.values import number, text
from queuesmith.rules import Dialect, Known, LogGroup, Unknown


class LogGroups:
    """Finds the log group of a function: by what its logging_config says, or by name."""

    def __init__(self, join: Join) -> None:
        self._join = join
        self._named_after: dict[str, list[Resource]] = {}
        self._unnamed: Unknown | None = None
        for group in join.document.of_type(LOG_GROUP):
            name = text(group, "name")
            if isinstance(name, Unknown):
                self._unnamed = self._unnamed or name
            for function in group.targets("name").of(FUNCTION):
                self._named_after.setdefault(function.address, []).append(group)

    def of(self, function: Resource) -> Known[LogGroup | None]:
        """The log group that a function writes to; None where it is not in the file."""
        found = self._find(function)
        if found is None or isinstance(found, Unknown):
            return found
        return LogGroup(
            address=found.address,
            dialect=Dialect.TERRAFORM,
            retention=number(found, "retention_in_days", unset=(0,)),
            before_function=self._join.document.waits_for(function, found),
        )

    def _find(self, function: Resource) -> Known[Resource | None]:
        own, name = self._join.find(LOG_GROUP, function, "logging_config", 0, "log_group"), text(function, "function_name")
        if isinstance(own, Resource | Unknown):
            return own
        default = f"/aws/lambda/{name}"  # which a refreshed function shows, too
        if isinstance(own, Elsewhere) and own.value != default:
            return Unknown(f"the log group {own.value}, which is outside the file")
        found: Found = name if isinstance(name, Unknown) else self._join.known(LOG_GROUP, default, function)
        named_after = self._named_after.get(function.address, [])
        if not isinstance(found, Resource) and len(named_after) == 1:
            return named_after[0]
        if isinstance(found, Elsewhere):
            return Unknown(f"which log group {default} is") if self._join.is_named(LOG_GROUP, default) else self._unnamed
        return found
