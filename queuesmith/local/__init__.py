"""The emulator, Terraform and the demo."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.local.depths import WorkerDepths
    from queuesmith.local.emulator import Emulator, Endpoint
    from queuesmith.local.local_environment import LocalEnvironment, run_environment
    from queuesmith.local.session import Session

__all__ = ["Emulator", "Endpoint", "LocalEnvironment", "Session", "WorkerDepths", "run_environment"]

__getattr__ = lazy_exports(__name__)
