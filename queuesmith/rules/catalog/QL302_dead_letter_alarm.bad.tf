resource "aws_cloudwatch_metric_alarm" "orders_dlq_depth" {
  metric_name = "NumberOfMessagesSent"
  dimensions  = { QueueName = "orders-dlq" }
}
