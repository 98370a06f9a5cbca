resource "aws_sns_topic_subscription" "orders" {
  topic_arn            = "arn:aws:sns:eu-central-1:111111111111:shop"
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.orders.arn
  raw_message_delivery = true
}
