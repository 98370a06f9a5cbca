"""The proof under faults: `make prove`. What is promised is in docs/reliability.md, which it writes."""
