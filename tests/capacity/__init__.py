"""`make capacity-check`: compares the capacity model with theory, measurements and the emulator, and writes its tables.

A check is a function in `theory.py` or `published.py`. A control in `controls.py` breaks the model, and a named check must
notice.
"""
