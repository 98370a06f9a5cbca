"""The rules: one file each, named by its id and subject, with a bad and a good example next to it.

A file has `RULE`, which describes the rule, and `check`, which yields the problems of a pipeline. `queuesmith.rules.book` finds
the files in this folder. Rules without `check` describe findings of `drift` and `suppression`.
"""
