"""Runs a handler on this machine for `queuesmith invoke`: the function, its event, and the process that runs it."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.operations.invocation.function import Function
    from queuesmith.operations.invocation.handler_run import Batch, Result, invoke

__all__ = ["Batch", "Function", "Result", "invoke"]

__getattr__ = lazy_exports(
    __name__,
    {
        "Function": "queuesmith.operations.invocation.function",
        **dict.fromkeys(("Batch", "Result", "invoke"), "queuesmith.operations.invocation.handler_run"),
    },
)
