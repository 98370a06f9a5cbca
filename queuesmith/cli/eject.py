"""`queuesmith eject`: writes a synthesized stack as Terraform files in HCL."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from queuesmith.cli.options import Json
from queuesmith.cli.output import Output
from queuesmith.common.printing import counted


def eject(
    environment: Annotated[
        str,
        typer.Argument(
            metavar="ENVIRONMENT",
            help="A synthesized environment, the folder of a synthesized stack, or its cdk.tf.json.",
        ),
    ],
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="A new or empty folder for the files.")],
    schema: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The output of `terraform providers schema -json`. Needed only for resources that queuesmith does not create.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write a synthesized stack as readable HCL, to continue without CDKTF. This changes no state and no deployed resource.

    Example: queuesmith eject dev --output infra
    """
    from queuesmith.hcl import SYNTHESIZE, eject_stack, find_synthesized

    result = eject_stack(find_synthesized(environment), output, schema)
    out = Output(as_json=json)
    for file in result.files:
        out.line(f"{file.path}: {counted(file.blocks, 'block')}")
    out.document(asdict(result))
    out.say(
        f"Wrote {counted(result.resources, 'resource')} of {result.source} to {result.output}. {result.output} uses the same "
        f"state (backend: {result.backend})."
    )
    if result.changed:
        out.say(
            f"warning: {', '.join(result.changed)}: changed after {result.source} was synthesized, so {result.output} may lack "
            f"the change. Delete {result.output}, synthesize again with {SYNTHESIZE}, and eject again"
        )
    terraform = f"terraform -chdir={shlex.quote(result.output)}"
    out.say(f"Next: {terraform} init && {terraform} plan")
    out.say("The plan must show no changes. The next steps are in docs/eject.md.")
