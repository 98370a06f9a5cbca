"""Node loads the bindings while Python reads the settings: nothing waits, nothing is left over, nothing gets mixed up."""

from __future__ import annotations

import json
import logging
import os
from typing import Any

import pytest
from jsii._kernel.types import LoadRequest, LoadResponse

from queuesmith.fast_cdktf import jsii_ahead, jsii_release
from tests.conftest import Project
from tests.programs.python import python

FIRST, SECOND = LoadRequest("constructs", "1", "a.tgz"), LoadRequest("cdktf", "2", "b.tgz")


class Node:
    """What jsii's process has, as far as this is concerned."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers, self.said = list(answers), []  # type: tuple[list[dict[str, Any]], list[Any]]
        self._serializer = self

    def handshake(self) -> None:
        self.said.append("hello")

    def _next_message(self) -> dict[str, Any]:
        return self.answers.pop(0)

    def structure(self, value: Any, kind: Any) -> Any:
        return kind(**value)

    def send(self, request: Any, _: Any) -> Any:
        self.said.append(request)
        return "its own answer"


def answer(name: str) -> dict[str, Any]:
    return {"ok": {"assembly": name, "types": 1}}


def ahead(*answers: dict[str, Any]) -> Any:
    node: Any = Node(*answers)
    node.send = jsii_ahead._Answers(node, [FIRST, SECOND])
    return node


def test_what_was_asked_for_ahead_is_answered_without_asking_again() -> None:
    node = ahead(answer("constructs"), answer("cdktf"))
    assert node.send(FIRST, LoadResponse) == LoadResponse("constructs", 1)
    assert node.send(SECOND, LoadResponse) == LoadResponse("cdktf", 1)
    assert node.said == ["hello"]
    assert node.send("something", None) == "its own answer"


def test_another_request_is_sent_and_the_answers_ahead_are_put_aside() -> None:
    node = ahead(answer("constructs"), answer("cdktf"))
    assert node.send(LoadRequest("constructs", "9", "a.tgz"), LoadResponse) == "its own answer"
    assert (node.said, node.answers) == (["hello", LoadRequest("constructs", "9", "a.tgz")], [])


def test_an_answer_asked_for_second_is_found() -> None:
    node = ahead(answer("constructs"), answer("cdktf"))
    assert node.send(SECOND, LoadResponse) == LoadResponse("cdktf", 1)
    assert node.answers == []


def test_what_failed_ahead_is_asked_for_again_so_that_it_says_why() -> None:
    node = ahead({"error": "no such file"}, answer("cdktf"))
    assert node.send(FIRST, LoadResponse) == "its own answer"
    assert node.said == ["hello", FIRST]


def test_each_package_says_what_it_has_node_load() -> None:
    for package in jsii_ahead.PACKAGES:
        found = jsii_ahead._assembly(package)
        assert found is not None
        assert os.path.isfile(found[2])
    assert jsii_ahead._assembly("no_such_package") is None
    assert jsii_ahead._assembly("stacks") is None


def test_another_release_of_jsii_is_not_started_ahead() -> None:
    script = """
        import logging, sys
        logging.basicConfig(level=logging.DEBUG, format="%(message)s", stream=sys.stdout)
        from queuesmith.fast_cdktf import jsii_ahead, jsii_release
        jsii_release.KNOWN["jsii._kernel"] = "0" * 64
        jsii_ahead.load_ahead()
        from queuesmith.constructs import QueueWorker
    """
    assert "jsii or the bindings are not as expected, so Node loads them when they are imported" in python(script).stdout


def test_nothing_is_loaded_ahead_once_node_has_loaded_something(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import cdktf  # noqa: F401 - which loads

    monkeypatch.setattr(jsii_release, "is_known", lambda: pytest.fail("it went on"))
    with caplog.at_level(logging.DEBUG):
        jsii_ahead.load_ahead()
    assert caplog.messages == []


@pytest.mark.parametrize(("fault", "status"), [("", 0), ("[workers.orders.queue]\nvisibility_timeout = 3", 2), ("broken =", 2)])
def test_no_process_is_left_over_however_it_ends(project: Project, fault: str, status: int) -> None:
    project.add("dev.toml", fault)
    script = f"""
import json, os, subprocess, sys
from pathlib import Path
status = subprocess.run([sys.executable, "main.py"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode
os.environ.clear()
left = []
for environ in Path("/proc").glob("[0-9]*/environ"):
    try:
        if {str(project.folder)!r}.encode() in environ.read_bytes() and environ.parent.name != str(os.getpid()):
            left.append((environ.parent / "cmdline").read_text())
    except OSError:
        pass
print(json.dumps([status, left]))
"""
    result = python(script, project.folder, ENVIRONMENTS="dev", MARK=str(project.folder))
    assert json.loads(result.stdout) == [status, []]


@pytest.mark.parametrize("node", ["/nonexistent", "/bin/false"])
def test_where_node_cannot_be_started_the_settings_are_judged_all_the_same(project: Project, node: str) -> None:
    project.add("dev.toml", "broken =")
    result = project.start("dev", JSII_NODE=node)
    assert result.returncode == 2
    assert "error: dev: not valid TOML" in result.stderr
    assert "Traceback" not in result.stderr
