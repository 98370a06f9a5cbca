"""Measures `queuesmith check` on public repositories (`make corpus`), and writes docs/corpus.md.

docs/corpus/repositories.toml lists the repositories. docs/corpus/verdicts.csv contains people's verdicts on the findings.
"""
