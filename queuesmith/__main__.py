"""`python -m queuesmith`."""

from queuesmith.cli.app import main

main()
