resource "aws_cloudwatch_metric_alarm" "orders_dlq_depth" {
  metric_name = "ApproximateNumberOfMessagesVisible"
  dimensions  = { QueueName = "orders-dlq" }
}
