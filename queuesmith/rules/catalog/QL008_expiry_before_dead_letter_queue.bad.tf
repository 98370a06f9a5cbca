resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = 5400
  message_retention_seconds  = 43200 # 10 × 5,400 is 54,000
  redrive_policy = jsonencode({
    deadLetterTargetArn = "arn:aws:sqs:eu-central-1:111111111111:orders-dlq"
    maxReceiveCount     = 10
  })
}
