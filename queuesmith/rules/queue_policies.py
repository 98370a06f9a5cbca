"""What the rules about queue policies share: the statements that allow something, and how messages name what they allow."""

from __future__ import annotations

from collections.abc import Iterator

from queuesmith.rules.iam.policy import Statement
from queuesmith.rules.known import Unknown
from queuesmith.rules.pipeline import Queue


def allowing(queue: Queue) -> Iterator[tuple[Statement | Unknown, tuple[Statement, ...]]]:
    """Every Allow of a queue's policies, with the policy that it stands in; unknown for a policy that is unknown."""
    for policy in queue.policies():
        if isinstance(policy, Unknown):
            yield policy, ()
        else:
            yield from ((statement, policy) for statement in policy if statement.allows)


def actions_of(statement: Statement) -> str:
    """The actions of a statement, as a message has them."""
    return ", ".join(statement.actions) or f"everything but {', '.join(statement.not_actions)}"
