resource "aws_sqs_queue" "orders" {
  name                = "orders"
  deduplication_scope = "messageGroup"
}
