"""What follows from a worker's settings: IAM statements, alarms and their thresholds. Pure."""
