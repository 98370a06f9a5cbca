"""The README shows real output, and a test runs every command in it."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from queuesmith.checks.suppressions import suppressions_in_file
from queuesmith.rules.markdown import index
from tests.conftest import FAKE_PACKAGE, ROOT, Project
from tests.unit.check_command import STACK, run

README = (ROOT / "README.md").read_text()
RUN_BY = {
    r"make demo( KEEP=1)?": "tests/e2e/test_demo.py",
    r"make down": "tests/e2e/test_demo.py",
    r"make up": "tests/e2e/test_local_up.py",
    r"npm install -g cdktf-cli@0\.21\.0": "tests/new_project/test_cdktf_cli.py",
    r"make (test|prove)": ".ci/run",
    r"make test-cdktn": "tests/cdktn/test_same_json.py",
    r"make package": "tests/unit/test_commands.py",
    r"make synth( ENVIRONMENTS=\w+)?": "tests/programs/test_synthesis.py",
    r"make help": "tests/unit/test_readme.py",
    r"make setup": "tests/programs/test_setup.py",
    r"cdktf deploy dev": "tests/new_project/test_cdktf_cli.py",
    r"cd cdktf\.out/stacks/prod": "tests/terraform/test_environments.py",
    r"terraform init && terraform plan -out plan && terraform apply plan": "tests/e2e/test_pipeline.py",
    r"make dist": "tests/packages/test_distributions.py",
    r"pip install queuesmith": "tests/new_project/test_new_project.py",
    r"cd shop && make demo && make test": "tests/new_project/test_new_project.py",
    r"pip install \.": "tests/packages/test_wheel.py",
    r"terraform plan -out tfplan": "tests/terraform/test_check.py",
    r"terraform show -json tfplan \| queuesmith check -": "tests/terraform/test_check.py",
    r"queuesmith check plan\.json": "tests/unit/test_readme.py",
    r"queuesmith (status|dlq redrive) dev.*": "tests/e2e/commands/test_readme.py",
    r"queuesmith invoke dev mail --body JSON": "tests/e2e/commands/test_invoke.py",
    r"queuesmith explain QL001": "tests/unit/test_docs.py",
    r'eval "\$\(\.venv/bin/queuesmith local status --exports\)"': "tests/e2e/test_local_up.py",
}
"""Each command in the README, and the test that runs the same."""
NOT_RUN = {
    "make lock-handlers": "resolves from what PyPI has today; tests/unit/test_lock.py has what it passes to uv",
    "make bench": "takes the whole machine for minutes",
}


def commands(text: str) -> set[str]:
    """Everything that a reader can type: lines of blocks without a language, prompts, and inline code."""
    blocks = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    typed = [line for block in blocks for line in block.splitlines() if re.match(r"(make|cdktf|cd|terraform|pip|npm) ", line)]
    typed += re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    typed += re.findall(r"`((?:make|\.venv/bin/queuesmith|eval) [^`]+)`", text)
    return {line.partition(" #")[0].strip().removeprefix(".venv/bin/") for line in typed}


def test_every_command_in_the_readme_is_run_by_a_test() -> None:
    for command in commands(README) - NOT_RUN.keys():
        places = [place for pattern, place in RUN_BY.items() if re.fullmatch(pattern, command)]
        assert places, f"nothing runs {command}"
        assert all((ROOT / place).is_file() for place in places)
    unused = [pattern for pattern in RUN_BY if not any(re.fullmatch(pattern, command) for command in commands(README))]
    assert unused == []


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


def test_invalid_settings_example_has_the_output_that_is_shown(project: Project) -> None:
    project.add("dev.toml", "[workers.orders.queue]\nvisibility_timeout = 3")
    prod = (project.folder / "config" / "prod.toml").read_text()
    project.write("prod.toml", prod.replace("memory = 512", "memmory = 512"))
    shown = re.search(r"\$ make synth\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    assert project.run("", "--check").stderr.split() == shown[1].split()


def test_check_example_has_the_output_that_is_shown(tmp_path: Path) -> None:
    """Lines between two lines of dots are consecutive. The dots stand for other lines."""
    (tmp_path / "plan.json").write_text(json.dumps(STACK))
    shown = re.search(r"\$ queuesmith check plan.json\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    result = run("plan.json", cwd=tmp_path)
    printed_text = " ".join(result.stdout.split())
    parts = [" ".join(part.split()) for part in re.split(r"^  …$", shown[1], flags=re.MULTILINE)]
    places = [printed_text.find(part) for part in parts]
    assert result.returncode == 1
    assert -1 not in places
    assert places == sorted(places)
    assert (places[0], places[-1] + len(parts[-1])) == (0, len(printed_text)), "its beginning and its end"


def test_suppressions_in_readme_and_rules_page_are_valid(tmp_path: Path) -> None:
    (inline,) = re.findall(r"`(suppress = .*)`", README)
    assert tomllib.loads(inline)["suppress"].keys() == {"QL007"}
    lines = re.findall(r"`(QL007 = .*)`", index())
    assert len(lines) == 2
    for line in lines:
        (tmp_path / "queuesmith.toml").write_text(f"[suppress]\n{line}\n")
        assert [suppression.rule for suppression in suppressions_in_file(tmp_path / "queuesmith.toml")] == ["QL007"]


def test_settings_examples_have_the_described_effect(project: Project) -> None:
    (shown,) = re.findall(r"^   ```toml\n(.*?)^   ```", README, re.DOTALL | re.MULTILINE)
    project.write("dev.toml", re.sub(r"^   ", "", shown, flags=re.MULTILINE))
    (project.folder / "build" / "mail.zip").write_bytes(FAKE_PACKAGE)
    result = project.run("dev")
    assert (result.returncode, result.stderr) == (0, "")
    stack = json.loads((project.output / "stacks" / "dev" / "cdk.tf.json").read_text())["resource"]
    queue = next(queue for queue in stack["aws_sqs_queue"].values() if queue["name"] == "dev-mail")
    policy = next(policy for key, policy in stack["aws_iam_role_policy"].items() if key.startswith("mail_"))
    assert queue["visibility_timeout_seconds"] == 180
    allowed = [each["Action"] for each in json.loads(policy["policy"])["Statement"]]
    assert "secretsmanager:GetSecretValue" in allowed
    assert "sqs:SendMessage" in allowed, "to the DLQ, immediately"
