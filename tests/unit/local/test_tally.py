"""How the sent messages ended, and the progress of a long step."""

from __future__ import annotations

import io

from rich.console import Console

from queuesmith.common.progress import ProgressBoard
from queuesmith.local.tally import Tally


def test_message_that_is_neither_written_nor_queued_is_lost() -> None:
    assert Tally(sent=200, written_once=190, written_repeatedly=1, unlogged=1, in_dlq=5, in_queue=1).lost == 2
    assert Tally(sent=200, written_once=195, written_repeatedly=0, unlogged=0, in_dlq=5, in_queue=0).lost == 0


def test_second_copy_in_the_dlq_is_not_a_negative_loss() -> None:
    tally = Tally(sent=200, written_once=195, written_repeatedly=0, unlogged=0, in_dlq=6, in_queue=0)
    assert (tally.lost, tally.extra_copies) == (0, 1)


def test_without_a_terminal_each_progress_line_is_printed_once() -> None:
    output = io.StringIO()
    with ProgressBoard(Console(file=output, force_terminal=False)) as board:
        board.show("Sent", 0, 2)
        board.show("Sent", 0, 2)
        board.show("Sent", 2, 2, "done")
        board.show("Retried", 3)
    assert output.getvalue() == "Sent: 0/2\nSent: 2/2 (done)\nRetried: 3\n"


def test_on_a_terminal_progress_is_bars() -> None:
    output = io.StringIO()
    with ProgressBoard(Console(file=output, force_terminal=True, width=100)) as board:
        board.show("Sent", 1, 2)
    assert "Sent" in output.getvalue()
    assert "1/2" in output.getvalue()
