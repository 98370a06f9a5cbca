resource "aws_cloudwatch_metric_alarm" "orders_errors" {
  evaluation_periods  = 2
  datapoints_to_alarm = 3
}
