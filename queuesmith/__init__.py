"""queuesmith: the rule book for SQS-to-Lambda pipelines, and the commands around it."""

__version__ = "0.2.0"
