resource "aws_cloudwatch_metric_alarm" "orders_errors" {
  metric_name = "Errors"
  dimensions  = { FunctionName = "orders" }
}
