resource "aws_sqs_queue" "orders" {
  name                = "orders.fifo"
  fifo_queue          = true
  deduplication_scope = "messageGroup"
}
