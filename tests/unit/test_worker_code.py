"""The project code in a worker's zip: its folder, and the modules that it imports."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from queuesmith.common.errors import PackagingError
from queuesmith.packaging import build
from queuesmith.packaging.build import build_zip
from queuesmith.packaging.platforms import Platform
from queuesmith.packaging.requirements import RELOCK_HINT

LAMBDA = Platform("arm64", "3.13")
HANDLER = "def lambda_handler(event, context): ...\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(
        tmp_path,
        {
            "main.py": "import cdktf\n",  # the project's main program, which no worker imports
            "handlers/__init__.py": "",
            "handlers/requirements.txt": "",
            "handlers/orders/main.py": HANDLER,
            "handlers/mail/main.py": HANDLER,
            "handlers/common/money.py": "CENTS = 100\n",
            "handlers/common/rates.json": "{}",
            "handlers/texts.py": "",
            "toolkit/__init__.py": "from toolkit.worker import Worker\n",
            "toolkit/worker.py": "from . import log\nclass Worker: ...\n",
            "toolkit/log.py": "",
            "toolkit/pyproject.toml": "",
        },
    )
    return tmp_path


def write(project: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)


def packaged(
    project: Path, code: str = HANDLER, folder: str = "handlers/orders", handler: str = "main.lambda_handler"
) -> list[str]:
    (project / folder / "main.py").write_text(f"{code}\n{HANDLER}")
    package = build_zip(project / folder, project / "out.zip", LAMBDA, handler, project=project)
    with zipfile.ZipFile(package.path) as archive:
        return archive.namelist()


OWN = ["handlers/__init__.py", "handlers/orders/main.py", "main.py"]
COMMON = ["handlers/common/money.py", "handlers/common/rates.json"]
TOOLKIT = ["toolkit/__init__.py", "toolkit/log.py", "toolkit/worker.py"]


@pytest.mark.parametrize(
    ("code", "added"),
    [
        ("", []),
        ("import handlers", []),
        ("import handlers.common.money", COMMON),
        ("from handlers.common import money", COMMON),
        ("from handlers import common", COMMON),
        ("from handlers.common.money import CENTS as C", COMMON),
        ("def late():\n    from handlers.common import money", COMMON),
        ("try:\n    import absent\nexcept ImportError:\n    import handlers.common.money", COMMON),
        ("from toolkit import Worker", TOOLKIT),
        ("import handlers.texts", ["handlers/texts.py"]),
        ("import handlers.mail.main", ["handlers/mail/main.py"]),
        ("import main", []),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import handlers.common.money", []),
        ("import typing\nif typing.TYPE_CHECKING:\n    import handlers.texts\nelse:\n    import toolkit", TOOLKIT),
    ],
)
def test_project_code_that_a_worker_imports_is_in_its_zip(project: Path, code: str, added: list[str]) -> None:
    assert packaged(project, code) == sorted([*OWN, *added])


def test_transitive_imports_are_followed(project: Path) -> None:
    write(project, {"handlers/common/money.py": "from .. import texts\n", "handlers/texts.py": "import toolkit\n"})
    assert packaged(project, "import handlers.common.money") == sorted([*OWN, *COMMON, *TOOLKIT, "handlers/texts.py"])


def test_whole_handlers_folder_can_be_in_one_zip(project: Path) -> None:
    names = packaged(project, folder="handlers", handler="handlers.mail.main.lambda_handler")
    assert names == sorted([*OWN, *COMMON, "handlers/mail/main.py", "handlers/main.py", "handlers/texts.py"])


def test_change_of_imported_code_rebuilds_the_zip(project: Path) -> None:
    code = "import toolkit"
    first = packaged(project, code) and (project / "out.zip").read_bytes()
    write(project, {"toolkit/log.py": "LINES = 1\n"})
    assert packaged(project, code)
    assert (project / "out.zip").read_bytes() != first


def test_handler_of_the_project_that_is_not_in_the_zip_is_refused(project: Path) -> None:
    with pytest.raises(PackagingError) as error:
        packaged(project, handler="handlers.texts.handle")
    folder = project / "handlers" / "orders"
    assert str(error.value) == (
        'function.handler is "handlers.texts.handle", but handlers/texts.py is not in the package, because '
        f"no file in {folder}/ imports it. Set function.handler to a function in {folder}/, or set function.code to "
        "another folder"
    )
    assert "handlers/texts.py" in packaged(project, "import handlers.texts", handler="handlers.texts.handle")


@pytest.mark.parametrize("code", ["import pandas", "from pandas.core import frame", "import handlers.comon.money"])
def test_an_import_that_lambda_could_not_load_is_refused(project: Path, code: str) -> None:
    with pytest.raises(PackagingError) as error:
        packaged(project, f"import json, boto3, botocore.config, __future__\n{code}")
    module = code.split()[1]
    requirements = project / "handlers" / "requirements.txt"
    assert str(error.value) == (
        f"handlers/orders/main.py, line 2, imports {module}, which is neither in the project nor in {requirements}. "
        f"Add its package to {requirements.with_suffix('.in')}, and {RELOCK_HINT}"
    )
    assert not (project / "out.zip").exists()


def test_import_that_a_layer_can_have_is_not_packaged(project: Path) -> None:
    (project / "handlers" / "orders" / "main.py").write_text(f"import pandas\n{HANDLER}")
    assert build_zip(project / "handlers" / "orders", project / "out.zip", LAMBDA, project=project, layers=True).built


@pytest.mark.parametrize("code", ["def late():\n    import pandas", "if True:\n    import pandas"])
def test_import_that_may_never_run_is_accepted(project: Path, code: str) -> None:
    assert packaged(project, code) == OWN


def test_requirement_that_is_not_locked_is_refused(project: Path) -> None:
    source = project / "handlers" / "requirements.in"
    source.write_text("# what handlers import\nboto3\nPandas[all]>=2  # tables\nhttpx\ntomli; python_version < '3.11'\n")
    (project / "handlers" / "requirements.txt").write_text("# nothing yet\n")
    with pytest.raises(PackagingError) as error:
        packaged(project)
    target = source.with_suffix(".txt")
    assert str(error.value) == f"{source} lists httpx, pandas, but {target} does not. To fix it, {RELOCK_HINT}"


def test_requirements_of_a_worker_override_the_shared_ones(project: Path) -> None:
    write(project, {"handlers/orders/requirements.txt": "", "handlers/orders/requirements.in": "absent\n"})
    with pytest.raises(PackagingError, match=r"orders/requirements.in lists absent"):
        packaged(project)
    assert packaged(project, folder="handlers/mail") == ["handlers/__init__.py", "handlers/mail/main.py", "main.py"]


def test_installed_toolkit_is_packaged_if_the_project_has_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = project / ".venv" / "site-packages" / "queuesmith_worker"
    write(
        installed, {"__init__.py": "from queuesmith_worker import worker", "worker.py": "import pydantic_core", "py.typed": ""}
    )
    monkeypatch.setattr(build, "installed_toolkit", lambda: installed)
    with pytest.raises(
        PackagingError, match=r"queuesmith_worker/worker.py, line 1, imports pydantic_core, which is neither in"
    ):
        packaged(project, "from queuesmith_worker import Worker")
    (installed / "worker.py").write_text("import json")
    toolkit = ["queuesmith_worker/__init__.py", "queuesmith_worker/py.typed", "queuesmith_worker/worker.py"]
    assert packaged(project, "from queuesmith_worker import Worker") == sorted([*OWN, *toolkit])
    assert packaged(project, "import json") == OWN
    write(project, {"queuesmith_worker/__init__.py": "", "queuesmith_worker/own.py": ""})
    own = ["queuesmith_worker/__init__.py", "queuesmith_worker/own.py"]
    assert packaged(project, "from queuesmith_worker import Worker") == sorted([*OWN, *own])


def test_missing_toolkit_is_named_with_the_way_to_install_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "installed_toolkit", lambda: None)
    with pytest.raises(PackagingError) as error:
        packaged(project, "import queuesmith_worker.log")
    requirements = project / "handlers" / "requirements.in"
    assert str(error.value) == (
        "handlers/orders/main.py, line 1, imports queuesmith_worker, which is not installed. Install it next to queuesmith: "
        f"pip install queuesmith-worker. To use another version in Lambda, add it to {requirements}, and {RELOCK_HINT}"
    )
