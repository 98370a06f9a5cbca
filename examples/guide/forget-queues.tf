# In the old configuration, instead of the resources with these addresses.
removed {
  from = aws_sqs_queue.jobs # a block like this for the DLQ, too
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_sqs_queue_policy.jobs # also each redrive policy and redrive allow policy
  lifecycle {
    destroy = false
  }
}
