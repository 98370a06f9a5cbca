resource "aws_sqs_queue" "orders" {
  sqs_managed_sse_enabled = true
}
