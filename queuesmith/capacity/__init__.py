"""Predicts what a queue and its function do under a workload: backlog, age, concurrency, alarms, DLQ and cost."""
