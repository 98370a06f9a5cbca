"""The README and the pages for new projects and handlers: real output, true figures, and commands that tests run."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from queuesmith.checks.suppressions import suppressions_in_file
from queuesmith.rules import rules
from queuesmith.rules.markdown import index
from tests.conftest import FAKE_PACKAGE, ROOT, Project
from tests.unit.check_command import STACK, run

README = (ROOT / "README.md").read_text()
NEW_PROJECT = (ROOT / "docs" / "new-project.md").read_text()
FIRST_WORKER, TEST_A_WORKER, DEPLOYMENTS = (
    (ROOT / "docs" / "guide" / f"{name}.md").read_text() for name in ("first-worker", "test-a-worker", "deployments")
)
EXISTING = (ROOT / "docs" / "existing-terraform.md").read_text()
MAXIMUM_WORDS = 900
RUN_BY = {
    r"make demo( KEEP=1)?": "tests/e2e/test_demo.py",
    r"make down": "tests/e2e/test_demo.py",
    r"queuesmith local (up dev|down)": "tests/new_project/test_new_project.py",
    r"npm install -g cdktf-cli@0\.21\.0": "tests/new_project/test_cdktf_cli.py",
    r"make test": ".ci/run",
    r"make package": "tests/unit/test_commands.py",
    r"make synth( ENVIRONMENTS=\w+)?": "tests/programs/test_synthesis.py",
    r"make snapshots": "tests/new_project/test_new_project.py",
    r"make check": "tests/new_project/test_new_project.py",
    r"make deploy( ENVIRONMENT=(dev|prod))?": "tests/new_project/test_new_project.py",
    r"cdktf deploy dev": "tests/new_project/test_cdktf_cli.py",
    r"cd cdktf\.out/stacks/(prod|dev)": "tests/terraform/test_environments.py",
    r"terraform init && terraform plan -out plan && terraform apply plan": "tests/e2e/test_pipeline.py",
    r"make dist": "tests/packages/test_distributions.py",
    r"pip install queuesmith": "tests/new_project/test_new_project.py",
    r"queuesmith init shop( --worker mail)?": "tests/new_project/test_new_project.py",
    r"queuesmith add (worker (mail|NAME)|environment staging)": "tests/new_project/test_new_project.py",
    r"cd shop( && make demo && make test)?": "tests/new_project/test_new_project.py",
    r"pip install \.": "tests/packages/test_wheel.py",
    r"queuesmith check (plan\.json|examples/terraform)": "tests/unit/test_readme.py",
    r"queuesmith console dev": "tests/console/test_console.py",
    r"queuesmith dlq (triage|redrive) dev orders( --dry-run)?": "tests/e2e/commands/test_readme.py",
    r"queuesmith dlq triage dev mail": "tests/e2e/commands/test_triage.py",
    r"queuesmith send dev mail --body .*": "tests/e2e/commands/test_send.py",
    r"queuesmith status dev mail": "tests/e2e/commands/test_status.py",
    r"queuesmith logs dev mail": "tests/e2e/commands/test_logs.py",
    r"queuesmith invoke dev mail --body .* --deployed-environment": "tests/e2e/commands/test_invoke.py",
    r"queuesmith release prod orders( --roll-back)?": "tests/e2e/commands/test_release.py",
    r"queuesmith explain QL001": "tests/unit/test_docs.py",
    r"main\.py --check": "tests/unit/test_main.py",
}
"""Each command in the README and in the pages on projects, first workers and deployments, and the test that runs the same."""
NOT_RUN = {
    "make lock-handlers": "resolves from what PyPI has today; tests/unit/test_lock.py has what it passes to uv",
    "make lock": "the same",
}


def commands(text: str) -> set[str]:
    """Everything that a reader can type: lines of blocks without a language, prompts, and inline code."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    blocks = [block for language, block in fences if not language]
    programs = r"(make|cdktf|cd|terraform|pip|npm|queuesmith|\.venv/bin/queuesmith) "
    typed = [line for block in blocks for line in block.splitlines() if re.match(programs, line)]
    typed += re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    typed += re.findall(r"`((?:make|\.venv/bin/queuesmith|\.venv/bin/python main\.py) [^`]+)`", text)
    return {line.partition(" #")[0].strip().removeprefix(".venv/bin/").removeprefix("python ") for line in typed}


def test_every_command_is_run_by_a_test() -> None:
    found = set[str]().union(*map(commands, (README, NEW_PROJECT, FIRST_WORKER, TEST_A_WORKER, DEPLOYMENTS)))
    for command in found - NOT_RUN.keys():
        places = [place for pattern, place in RUN_BY.items() if re.fullmatch(pattern, command)]
        assert places, f"nothing runs {command}"
        assert all((ROOT / place).is_file() for place in places)
    unused = [pattern for pattern in RUN_BY if not any(re.fullmatch(pattern, command) for command in found)]
    assert (unused, NOT_RUN.keys() - found) == ([], set())


def test_readme_is_short() -> None:
    """Counted as a reader does: with tables and commands, without the addresses of links."""
    words = re.findall(r"\w[\w.'/%-]*", re.sub(r"\]\([^)]*\)", "]", README))
    assert len(words) <= MAXIMUM_WORDS


def figure(pattern: str, page: str) -> float:
    """The number that a pattern finds in a page of docs/."""
    found = re.search(pattern, (ROOT / "docs" / page).read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None, pattern
    return float(found[1])


def test_figures_of_the_readme_are_those_of_the_pages() -> None:
    reliability, corpus = ((ROOT / "docs" / page).read_text() for page in ("reliability.md", "corpus.md"))
    (faults,) = re.findall(r"^\| fault \|.*\n\|.*\n((?:\|.*\n)+)", reliability, re.MULTILINE)
    different = [row for row in faults.splitlines() if "messages simultaneously |" not in row]  # these rows repeat a fault
    assert f"[{len(different)} faults](docs/reliability.md)" in README
    assert f"| {len(rules())}. On [96 public repositories](docs/corpus.md), we examined 100 reported errors: " in README
    assert "errors: 99 are right, none is wrong, and we are unsure about one |" in README
    alarms = figure(r">(\d+) alarms; ", "images/pipeline.svg")
    assert f"| alarms of a worker | {alarms + 1:g} |" in README, "with the one that combines some of them"
    assert "- 96 repositories, " in corpus
    assert "- 100 errors; 100 examined: 99 right, 0 wrong, 1 unsure" in corpus
    assert re.search(r"20,000 messages went through.*0 were lost, 0 were written twice", reliability, re.DOTALL)
    assert "| less than 1 s; with ordinary CDKTF imports, about ten times as long |" in README
    ours, usual = (figure(rf"^\| {name} \| ([\d.]+)", "benchmarks.md") for name in ("ours", "ordinary imports"))
    assert ours < 1
    assert 8 < usual / ours < 13
    assert "2,000 resources in 200 files | less than 2 s; Checkov takes about four times as long for its own checks |" in README
    folder = r"2,000 resources in 200 files.*?^\| {} \| ([\d.]+)"
    ours, checkov = (figure(folder.format(name), "benchmarks.md") for name in ("queuesmith", "Checkov"))
    assert ours < 2
    assert 3 < checkov / ours < 6
    assert "| `make demo` | 3 minutes; 8 minutes the first time, with all downloads |" in README
    steps = ("install the commands' packages", "install the emulator", "first `make demo` after that")
    assert 7 < sum(figure(rf"^\| {re.escape(step)} \| (\d+)", "footprint.md") for step in steps) / 60 < 9
    assert 2 < figure(r"^\| second `make demo` \| (\d+)", "footprint.md") / 60 < 4


def test_example_folder_has_the_mistakes_that_its_comment_counts() -> None:
    """The recording in the README: tests/unit/test_recordings.py."""
    result = run("examples/terraform", "--format", "json", cwd=ROOT)
    assert result.returncode == 1
    assert sorted(each["rule"] for each in json.loads(result.stdout)["findings"]) == [
        "QL001",
        "QL005",
        "QL007",
        "QL102",
        "QL110",
    ]
    assert "five mistakes" in (ROOT / "examples" / "terraform" / "main.tf").read_text()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))))
def test_every_make_target_in_the_readme_exists(target: str) -> None:
    dry = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (dry.returncode, dry.stderr) == (0, "")
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"make {target} " in listed


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "examples/README.md",
        *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
    ],
)
def test_links_are_valid(page: str) -> None:
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\((?!https?://)([^)#]*)(#[^)]*)?\)", re.sub(r"`[^`\n]*`", "", text)):
        path, anchor = (ROOT / page).parent / target[0] if target[0] else ROOT / page, target[1].removeprefix("#")
        assert path.exists(), target[0]
        if anchor:
            content = path.read_text()
            headings = {
                re.sub(r"[^\w -]", "", line.lower()).strip().replace(" ", "-")
                for line in re.findall(r"^#+ (.*)$", content, re.MULTILINE)
            }
            assert anchor in headings or f'id="{anchor}"' in content, target
    for picture in re.findall(r'src(?:set)?="([^"]*)"', text):
        assert ((ROOT / page).parent / picture).is_file(), picture


def test_check_example_has_the_output_that_is_shown(tmp_path: Path) -> None:
    """Lines between two lines of dots are consecutive. The dots stand for other lines."""
    (tmp_path / "plan.json").write_text(json.dumps(STACK))
    shown = re.search(r"\$ queuesmith check plan.json\n(.*?)\n```", EXISTING, re.DOTALL)
    assert shown is not None
    result = run("plan.json", cwd=tmp_path)
    printed_text = " ".join(result.stdout.split())
    parts = [" ".join(part.split()) for part in re.split(r"^  …$", shown[1], flags=re.MULTILINE)]
    places = [printed_text.find(part) for part in parts]
    assert result.returncode == 1
    assert -1 not in places
    assert places == sorted(places)
    assert (places[0], places[-1] + len(parts[-1])) == (0, len(printed_text)), "its beginning and its end"


def test_suppressions_in_the_pages_are_valid(tmp_path: Path) -> None:
    (inline,) = re.findall(r"`(suppress = .*)`", TEST_A_WORKER)
    assert tomllib.loads(inline)["suppress"].keys() == {"QL007"}
    lines = re.findall(r"`(QL007 = .*)`", index())
    assert len(lines) == 2
    for line in lines:
        (tmp_path / "queuesmith.toml").write_text(f"[suppress]\n{line}\n")
        assert [suppression.rule for suppression in suppressions_in_file(tmp_path / "queuesmith.toml")] == ["QL007"]


def test_settings_examples_have_the_described_effect(project: Project) -> None:
    project.write("dev.toml", (ROOT / "examples" / "guide" / "first-worker.toml").read_text())
    (project.folder / "build" / "mail.zip").write_bytes(FAKE_PACKAGE)
    result = project.run("dev")
    assert (result.returncode, result.stderr) == (0, "")
    stack = json.loads((project.output / "stacks" / "dev" / "cdk.tf.json").read_text())["resource"]
    queue = next(queue for queue in stack["aws_sqs_queue"].values() if queue["name"] == "dev-mail")
    policy = next(policy for key, policy in stack["aws_iam_role_policy"].items() if key.startswith("mail_"))
    assert queue["visibility_timeout_seconds"] == 120, "as the comment says"
    allowed = [each["Action"] for each in json.loads(policy["policy"])["Statement"]]
    assert "secretsmanager:GetSecretValue" in allowed
    assert "sqs:SendMessage" in allowed, "to the DLQ, immediately"
