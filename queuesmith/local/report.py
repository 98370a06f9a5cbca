"""What the demonstration says at its end."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from queuesmith.local.account import Account, Pipeline
from queuesmith.local.deployment import Deployment
from queuesmith.local.emulator import Endpoint


@dataclass
class Times:
    """Seconds that each part took."""

    set_up: float = 0
    apply: float = 0
    messages: float = 0


def totals(account: Account, times: Times) -> Table:
    """The account of the messages, and how long each part took."""
    table = Table(title=f"{account.sent} messages", title_justify="left")
    table.add_column("What became of them")
    table.add_column("Messages", justify="right")
    table.add_row("written to DynamoDB exactly once", str(account.written_once))
    table.add_row("written more than once", str(account.written_again))
    if account.unsaid:
        table.add_row("written, though the handler never said so", str(account.unsaid))
    table.add_row("in the dead-letter queue", str(account.dead))
    table.add_row("still in the queue", str(account.waiting))
    table.add_row("lost", str(account.lost), end_section=True)
    table.add_row("set-up", f"{times.set_up:.1f} s")
    table.add_row("apply", f"{times.apply:.1f} s")
    table.add_row("messages, to the last one in the DLQ", f"{times.messages:.1f} s")
    return table


def say_what_is_next(console: Console) -> None:
    """Where to go from here."""
    console.print(
        "Everything that was started is stopped. Next: read stacks/queue_worker.py (the pipeline) and handlers/main.py (the "
        "worker), change config/dev.toml and run make synth, or look around in it with make demo KEEP=1.",
        highlight=False,
    )


def say_how_to_reach(console: Console, endpoint: Endpoint, pipeline: Pipeline, deployment: Deployment) -> None:
    """What was left running, and how to end it."""
    lines = [
        "It goes on running. To reach it:",
        f"  export AWS_ENDPOINT_URL={endpoint.url} AWS_CA_BUNDLE={endpoint.ca_bundle}",
        f"  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION={pipeline.sqs.meta.region_name}",
        f"  aws --endpoint-url {endpoint.url} sqs receive-message --queue-url {pipeline.dead_letter_queue_url}",
        f"Its Terraform folder: {deployment.folder}",
        "Stop it: make down",
    ]
    console.print("\n".join(lines), highlight=False, soft_wrap=True, markup=False)
