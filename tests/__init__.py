import os

os.environ["QUEUESMITH_DESCRIBED_SETTINGS"] = "1"  # pages and schema are compared with what tools generate
