resource "aws_sqs_queue" "orders" {
  delay_seconds = 1800
}
