# In the old configuration, instead of the resource with this address. Write the same for the DLQ and for each policy.
removed {
  from = aws_sqs_queue.jobs
  lifecycle {
    destroy = false
  }
}
