"""docs/images/code.svg: one number's way through the code, from the settings to Terraform and to the rules.

Each stage is run for the picture; what it shows is what came out.
"""

from __future__ import annotations

import json

from queuesmith.readers.settings import Surroundings, pipeline_of
from queuesmith.readers.terraform.input import document
from queuesmith.readers.terraform.pipelines import read
from queuesmith.rules import judge, limits, rules
from queuesmith.rules.pipeline import Pipeline
from tools.drawing import Drawing
from tools.pipeline_picture import queues
from tools.sample_stack import CONFIG, ENVIRONMENT, one, sample_stack, settings

FILE, SETTINGS, CONSTRUCTS, JSON, AWS = ((20 + 222 * column, 28, 190, 100) for column in range(5))
MODEL, TERRAFORM, DEPLOYED = ((20 + 222 * column, 198, 190, 100) for column in (1, 3, 4))
RULES, REPORTS = (20, 372, 634, 100), (908, 372, 190, 100)
OURS, OTHERS, JUDGE = "#3b5fd9", "#6b7785", "#1d8102"


def picture() -> str:
    """The SVG."""
    drawing = Drawing(
        1120,
        492,
        "Settings become constructs and JSON; settings, JSON and what is deployed become one model, which the rules judge",
    )
    worker, today = settings().workers["orders"], limits.READ_ON
    model = pipeline_of("orders", worker, today, Surroundings())
    (found,) = read(document(json.dumps(sample_stack()).encode(), "cdk.tf.json"), today).pipelines
    function, hidden = one("aws_lambda_function"), queues()[0]["visibility_timeout_seconds"]
    drawing.box(FILE, OTHERS, "settings", f"config/{ENVIRONMENT}.toml", _line(ENVIRONMENT), f"(common.toml: {_line('common')})")
    drawing.box(
        SETTINGS,
        OURS,
        "queuesmith.settings",
        "shape and type",
        f"function.timeout {worker.function.timeout}",
        "every problem at once",
    )
    drawing.box(CONSTRUCTS, OURS, "stacks", "constructs", "QueueWorker: queue,", "function, mapping, alarms")
    drawing.box(
        JSON, OTHERS, "cdktf", "cdk.tf.json", f"timeout: {function['timeout']}", f"visibility_timeout_seconds: {hidden}"
    )
    drawing.box(AWS, OTHERS, "Terraform", "AWS", "plan, apply")
    drawing.box(MODEL, OURS, "queuesmith.readers.settings", "from settings", *_said(model))
    drawing.box(TERRAFORM, OURS, "queuesmith.readers.terraform", "from any Terraform", *_said(found))
    drawing.box(
        DEPLOYED, OURS, "queuesmith.readers.deployed", "from AWS's answers", "what the caller may not", "read is not known"
    )
    what = f"{len(rules())} rules over one model, Pipeline"
    findings = len(judge(model).findings), len(judge(found).findings)
    drawing.box(
        RULES,
        JUDGE,
        "queuesmith.rules",
        what,
        f"findings: {findings[0]} about the settings, {findings[1]} about the JSON",
        "what is not known is not judged, and said",
    )
    drawing.box(REPORTS, OURS, "queuesmith.checks.reports", "findings", "text, JSON, SARIF,", "GitHub annotations")
    _ways(drawing)
    return drawing.svg()


def _line(name: str) -> str:
    """The line with the function's timeout in a file of the sample."""
    lines = (CONFIG / f"{name}.toml").read_text().splitlines()
    return next(line for line in lines if line.startswith("timeout = ")).partition("#")[0].strip()


def _said(model: Pipeline) -> tuple[str, str]:
    return f"function.timeout {model.function.timeout}", f"queue.visibility_timeout {model.queue.visibility_timeout}"


def _ways(drawing: Drawing) -> None:
    for left, right in ((210, 242), (432, 464), (654, 686), (876, 908)):
        drawing.way([(left, 78), (right, 78)])
    for x in (337, 781, 1003):
        drawing.way([(x, 128), (x, 198)])
    drawing.way([(337, 298), (337, 372)], label="before synth: an error stops it", at=(347, 338))
    drawing.way([(781, 298), (781, 402), (654, 402)], label="queuesmith check", at=(672, 395))
    drawing.way([(1003, 298), (1003, 334), (890, 334), (890, 428), (654, 428)], label="queuesmith doctor", at=(700, 421))
    drawing.way([(654, 454), (908, 454)])
