resource "aws_lambda_function" "orders" {
  tags = { environment = "production" }
}

resource "aws_cloudwatch_metric_alarm" "orders_dlq_depth" {
  alarm_actions = null
}
