resource "aws_sqs_queue" "orders_dlq" {
  redrive_policy = jsonencode({
    deadLetterTargetArn = "arn:aws:sqs:eu-central-1:111111111111:orders"
    maxReceiveCount     = 5
  })
}
