resource "aws_sqs_queue" "orders" {
  name       = "orders"
  fifo_queue = true
}
