"""Records the calls on both emulators, and writes docs/compatibility.md. Exit status 1: a difference has no verdict."""

from __future__ import annotations

import functools
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from botocore.loaders import JSONFileLoader

from queuesmith.local.emulator import Emulator, Endpoint
from tests.compatibility.calls import calls_in_source
from tests.compatibility.comparison import Observed, observe
from tests.compatibility.page import PAGE, Measured, unjudged, write
from tests.compatibility.scenario import Running, run
from tests.conftest import ROOT, python_of
from tests.localstack.server import KEYS, LocalStack


def main() -> int:
    """Measure, compare and write."""
    begin = time.monotonic()
    measured = measure()
    in_source = calls_in_source().keys()
    problems = [f"not made by tests/compatibility/scenario.py: {call}" for call in sorted(in_source - measured.keys())]
    problems += [f"not found by tests/compatibility/calls.py: {call}" for call in sorted(measured.keys() - in_source)]
    problems += unjudged(measured)
    if problems:
        print("\n".join(problems), f"{PAGE.relative_to(ROOT)} was not changed", sep="\n", file=sys.stderr)
        return 1
    print(f"Written: {write(measured).relative_to(ROOT)}, after {time.monotonic() - begin:.0f} s")
    return 0


def measure() -> Measured:
    """Run the scenario on both emulators. Returns what was observed, by call and emulator."""
    observed: dict[str, dict[str, Observed]] = {}
    load = JSONFileLoader.load_file
    cached = functools.cache(lambda path: load(JSONFileLoader(), path))  # otherwise each command reads the models again
    with (
        tempfile.TemporaryDirectory(prefix="queuesmith-compatibility-") as name,
        mock.patch.object(JSONFileLoader, "load_file", lambda _, path: cached(path)),
    ):
        folder = Path(name)
        with LocalStack(python_of("localstack")) as localstack:
            with Emulator(python_of("emulator")) as ministack:
                observed["ministack"] = observe(run(Running("ministack", ministack.endpoint), folder).calls)
            bundle = folder / "no-certificates.pem"  # LocalStack is served over HTTP
            bundle.touch()
            endpoint = Endpoint(localstack.url, bundle, *KEYS.values())
            observed["LocalStack"] = observe(run(Running("LocalStack", endpoint), folder).calls)
    calls = sorted({call for each in observed.values() for call in each})
    return {call: {name: each.get(call, Observed()) for name, each in observed.items()} for call in calls}


if __name__ == "__main__":
    sys.exit(main())
