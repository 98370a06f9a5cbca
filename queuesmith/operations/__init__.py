"""What people on call do with a worker: boto3 clients in, results out."""
