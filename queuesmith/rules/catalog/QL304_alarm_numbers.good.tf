resource "aws_cloudwatch_metric_alarm" "orders_errors" {
  evaluation_periods  = 3
  datapoints_to_alarm = 2
}
