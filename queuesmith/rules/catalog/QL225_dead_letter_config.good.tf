resource "aws_sqs_queue" "orders" {
  redrive_policy = jsonencode({
    deadLetterTargetArn = "arn:aws:sqs:eu-central-1:111111111111:orders-dlq"
    maxReceiveCount     = 5
  })
}
