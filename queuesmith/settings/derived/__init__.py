"""Derives IAM statements, alarms and their thresholds from a worker's settings. Pure functions."""
