resource "aws_cloudwatch_metric_alarm" "orders_age" {
  metric_name = "ApproximateAgeOfOldestMessage"
  dimensions  = { QueueName = "orders" }
}

resource "aws_cloudwatch_metric_alarm" "orders_dlq_depth" {
  metric_name = "ApproximateNumberOfMessagesVisible"
  dimensions  = { QueueName = "orders" }
}
