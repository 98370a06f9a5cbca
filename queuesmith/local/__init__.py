"""The emulator, Terraform and the demo; needs a checkout, and is not in the wheel."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.local.depths import WorkerDepths
    from queuesmith.local.emulator import Emulator, Endpoint
    from queuesmith.local.session import Session
    from queuesmith.local.up import Applied, brought_up

__all__ = ["Applied", "Emulator", "Endpoint", "Session", "WorkerDepths", "brought_up"]

__getattr__ = lazy_exports(__name__)  # the commands start without loading pydantic
