resource "aws_cloudwatch_metric_alarm" "orders_in_flight" {
  alarm_name          = "orders-in-flight"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesInFlight"
  dimensions          = { QueueName = "orders" }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 100000
  period              = 60
  evaluation_periods  = 5
}
