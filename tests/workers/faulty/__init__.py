"""The sample's own work, between hooks that fail on purpose."""

import os

from botocore.config import Config

from queuesmith_worker import clients

if os.environ.get("PATIENT"):  # set before any client is created: a slow response is then no failure
    _patient = Config(connect_timeout=600, read_timeout=600)
    clients.SHORT_TIMEOUTS = clients.SHORT_TIMEOUTS.merge(_patient)
    clients.NO_RETRIES = clients.NO_RETRIES.merge(_patient)
