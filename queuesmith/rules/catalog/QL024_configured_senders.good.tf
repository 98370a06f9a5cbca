resource "aws_sns_topic_subscription" "orders" {
  topic_arn            = "arn:aws:sns:eu-central-1:111111111111:shop"
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.orders.arn
  raw_message_delivery = true
}

resource "aws_sqs_queue_policy" "orders" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:111111111111:orders"
        Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:sns:eu-central-1:111111111111:shop" } }
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "arn:aws:sqs:eu-central-1:111111111111:orders"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}
