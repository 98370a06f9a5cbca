resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = 5400
  message_retention_seconds  = 345600
  redrive_policy = jsonencode({
    deadLetterTargetArn = "arn:aws:sqs:eu-central-1:111111111111:orders-dlq"
    maxReceiveCount     = 10
  })
}
