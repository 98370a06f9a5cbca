"""The content of the functions' packages and the requirements of the two distributions (`make sbom`), and the known
vulnerabilities of all locked packages (`make audit`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from queuesmith import __version__
from queuesmith.common.errors import QueuesmithError
from queuesmith.packaging.requirements import requirements_of
from queuesmith.readers.local_code import code_folder
from queuesmith.settings.project import usable_configuration
from tools.setup import LOCAL, ROOT, find_pipenv

PROGRAMS = LOCAL / "supply-chain" / "bin"
_SPECIFICATION = "1.6"
"""The version of CycloneDX."""
_NO_RESPONSE = ("could not be audited", "not found on PyPI", "ConnectionError", "ServiceError")
"""pip-audit's text if its database does not respond. Without --strict it then exits with status 0."""


def main(task: str) -> int:
    """Run `sbom` or `audit`. Exit status 0: success; 1: a vulnerability is known, or the database did not respond."""
    try:
        return {"sbom": sbom, "audit": audit}[task]()
    except QueuesmithError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status


def sbom() -> int:
    """Write the content of each function's package, and the locked requirements of each distribution, as CycloneDX JSON.

    The same lock gives the same bytes.
    """
    for file in requirements():
        _write_sbom(file.parent.name, file)
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "Pipfile.txt"
        own.write_text(_run([*find_pipenv(), "requirements", "--hash", "--categories", "packages embedded-terraform"]))
        _write_sbom("queuesmith", own, ROOT / "pyproject.toml")
    _write_sbom("queuesmith-worker", ROOT / "handlers" / "requirements.txt", ROOT / "queuesmith_worker" / "pyproject.toml")
    return 0


def _write_sbom(name: str, requirements: Path, pyproject: Path | None = None) -> None:
    output = ROOT / "build" / f"{name}.cdx.json"
    output.parent.mkdir(exist_ok=True)
    command = [str(PROGRAMS / "cyclonedx-py"), "requirements", str(requirements), "--output-reproducible"]
    if pyproject is not None:
        command += ["--pyproject", str(pyproject), "--mc-type", "library"]
    _run([*command, "--sv", _SPECIFICATION, "--of", "JSON", "--validate", "-o", str(output)])
    if pyproject is not None:
        document = json.loads(output.read_text())
        document["metadata"]["component"]["version"] = __version__  # cyclonedx-py does not read dynamic versions
        output.write_text(json.dumps(document, indent=2) + "\n")
    print(output.relative_to(ROOT))


def audit() -> int:
    """Query PyPI for vulnerabilities of all locked packages, of the functions and of this project."""
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "Pipfile.txt"
        own.write_text(_run([*find_pipenv(), "requirements", "--hash", "--dev"]))
        for name, file in [
            *((str(file.relative_to(ROOT)), file) for file in requirements()),
            ("Pipfile.lock", own),
        ]:
            status |= _audited(name, file)
    return status


def _audited(name: str, file: Path) -> int:
    options = ["--strict", "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    command = [str(PROGRAMS / "pip-audit"), *options, "-r", str(file)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    output = result.stdout + result.stderr
    if result.returncode == 0:
        print(f"{name}: no known vulnerabilities")
        return 0
    if any(text in output for text in _NO_RESPONSE):
        last = output.strip().splitlines()[-1]
        print(f"{name}: not audited, because PyPI's vulnerability database did not respond ({last})", file=sys.stderr)
    else:
        print(f"{name}:\n{output}", file=sys.stderr)
    return 1


def requirements() -> Iterator[Path]:
    """The locked requirements of the functions, each once. Raises UsageError if `config/` cannot be used."""
    environments = usable_configuration().environments.values()
    workers = (worker for environment in environments for worker in environment.settings.workers.items())
    folders = (code_folder(key, worker.function) for key, worker in workers if worker.function.artifact.zip is not None)
    yield from dict.fromkeys(requirements_of(ROOT / folder) for folder in folders)


def _run(command: list[str]) -> str:
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise QueuesmithError(f"{Path(command[0]).name} failed: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
