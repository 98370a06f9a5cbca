resource "aws_sqs_queue" "orders" {
  message_retention_seconds = 345600 # 4 days
}

resource "aws_sqs_queue" "orders_dlq" {
  message_retention_seconds = 345600
}
