"""`python -m queuesmith`."""

from queuesmith.cli import main

main()
