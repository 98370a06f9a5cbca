resource "aws_cloudwatch_metric_alarm" "orders_errors" {
  metric_name = "Invocations"
  dimensions  = { FunctionName = "orders" }
}
