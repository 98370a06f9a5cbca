resource "aws_lambda_event_source_mapping" "orders" {
  filter_criteria {
    filter {
      pattern = jsonencode({ body = { status = ["paid"] } })
    }
  }
}

resource "aws_sns_topic_subscription" "orders" {
  topic_arn            = "arn:aws:sns:eu-central-1:111111111111:shop"
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.orders.arn
  raw_message_delivery = true
}
