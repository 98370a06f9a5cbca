"""Set-up, lock files and generated pages, for a checkout. The wheel does not contain this package."""

import os

os.environ["QUEUESMITH_DESCRIBED_SETTINGS"] = "1"  # the generated pages need the fields' descriptions
