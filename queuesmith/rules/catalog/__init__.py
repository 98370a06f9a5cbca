"""The rules: one file each, named by its id and subject, with a bad and a good example beside it.

A file has `RULE`, which describes the rule, and `check`, which yields what breaks it in a pipeline. `queuesmith.rules.book`
finds it because it is here. Rules without `check` describe findings of `drift` and `suppression`.
"""
