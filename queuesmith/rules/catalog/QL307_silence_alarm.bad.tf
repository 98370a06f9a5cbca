resource "aws_cloudwatch_metric_alarm" "orders_silence" {
  alarm_name          = "orders-silence"
  namespace           = "AWS/SQS"
  metric_name         = "NumberOfMessagesSent"
  dimensions          = { QueueName = aws_sqs_queue.orders.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 12
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
}
