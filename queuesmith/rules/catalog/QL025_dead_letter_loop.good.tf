resource "aws_sqs_queue" "orders_dlq" {
  redrive_policy = null
}
