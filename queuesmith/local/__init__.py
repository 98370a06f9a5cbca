"""The emulator, Terraform and the demo; needs a checkout, and is not in the wheel."""

from queuesmith.local.depths import WorkerDepths
from queuesmith.local.emulator import Emulator, Endpoint
from queuesmith.local.local_environment import LocalEnvironment, run_environment
from queuesmith.local.session import Session

__all__ = ["Emulator", "Endpoint", "LocalEnvironment", "Session", "WorkerDepths", "run_environment"]
